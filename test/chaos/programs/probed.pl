# A service that can be probed, at ADDRESS (HOST:PORT) and by a file: FOLDER/NAME.good has its pid while it is good. Notes each of its
# processes in FOLDER/NAME.starts, and after SECONDS, when it becomes good, in FOLDER/NAME.ready. It says so in its log.
# SIGUSR1 makes it bad: it answers HTTP 503 or, if BAD is `deaf`, does not listen any more. SIGUSR2 makes it good again.
# Usage: probed.pl FOLDER SECONDS ADDRESS [BAD]
use strict;
use warnings;
use lib do { $0 =~ m{^(.*)/}; $1 };
use Socket;
use Ledger;

my ($folder, $seconds, $address, $bad) = (@ARGV, '');
my ($host, $port) = split /:/, $address;
my $file = "$folder/" . Ledger::name() . ".good";
my ($wanted, $good, $listener) = (1, 0);
$SIG{USR1} = sub { $wanted = 0 };
$SIG{USR2} = sub { $wanted = 1 };
$SIG{PIPE} = 'IGNORE';

sub become_good {
  open(my $new, '>', "$file.$$") or die "$file: $!";
  print $new "$$\n";
  close $new;
  rename "$file.$$", $file;
  unless ($listener) {
    socket($listener, AF_INET, SOCK_STREAM, 0) or die "socket: $!";
    setsockopt($listener, SOL_SOCKET, SO_REUSEADDR, 1);
    bind($listener, pack_sockaddr_in($port, inet_aton($host))) or die "bind $address: $!";
    listen($listener, 64) or die "listen: $!";
  }
  syswrite STDOUT, "good $$\n";
}

sub become_bad {
  unlink $file;
  undef $listener if $bad eq 'deaf';
  syswrite STDOUT, "bad $$\n";
}

# Waits for a request, but not for longer than signals may be left unseen.
sub serve {
  my $ready = '';
  vec($ready, fileno $listener, 1) = 1 if $listener;
  return unless select($ready, undef, undef, 0.1) > 0 && accept(my $peer, $listener);
  1 until defined sysread($peer, my $request, 4096) || !$!{EINTR};
  syswrite $peer, 'HTTP/1.1 ' . ($good ? '200 OK' : '503 Bad') . "\r\n\r\n";
}

Ledger::note($folder, 'starts');
select undef, undef, undef, $seconds;
Ledger::note($folder, 'ready');
while (1) {
  if ($good != $wanted) {
    $good = $wanted;
    $good ? become_good() : become_bad();
  }
  serve();
}

# A service that notes each of its processes in FOLDER/NAME.starts, notes itself in FOLDER/NAME.ready after SECONDS, says that it is ready if
# its job waits for that, by a message or by a newline on descriptor 3, and then does nothing.  Usage: service.pl FOLDER [SECONDS]
use strict;
use warnings;
use lib do { $0 =~ m{^(.*)/}; $1 };
use Socket;
use Ledger;

my ($folder, $seconds) = @ARGV;
my $piped = open(my $pipe, '>&=', 3);
Ledger::note($folder, 'starts');
select undef, undef, undef, $seconds if $seconds;
Ledger::note($folder, 'ready');
if (my $address = $ENV{NOTIFY_SOCKET}) {
  $address =~ s/^@/\0/;
  socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
  send($socket, "READY=1\nSTATUS=process $$", 0, pack_sockaddr_un($address)) or die "send: $!";
} elsif ($piped) {
  syswrite $pipe, "\n";
}
sleep 1_000_000 while 1;

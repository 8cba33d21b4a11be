A shutdown that is to happen later: who may not log in any more, a second one, and the end of it.
mode: system

  $ printf 'start on runlevel\ntask\nexec true\n' > conf/rc.conf
  $ boot
  $ telinit 2; rm -f /etc/nologin
  $ shutdown -r +2 'save your work' & there() { cat /etc/nologin 2> /dev/null | cat -A; }; eventually work there; [ $(cat /run/shutdown.pid) -gt 1 ] && echo running
  ^MThe system is going down for reboot in 2 minutes!^M$
  save your work ^M$
  running
  $ shutdown -h +5; shutdown -k now
  shutdown: Another shutdown is already running
  shutdown: Another shutdown is already running
  [1]
  $ shutdown -c never mind; wait; ls /run/shutdown.pid /etc/nologin; runlevel
  shutdown: Shutdown cancelled
  ls: cannot access '/run/shutdown.pid': No such file or directory
  ls: cannot access '/etc/nologin': No such file or directory
  N 2
  $ shutdown -r 120 & there() { cat /run/shutdown.pid; }; eventually '^[0-9]+$' there > /dev/null; ls /etc/nologin; { kill -HUP $!; kill -KILL $!; wait $!; } 2> /dev/null; shutdown -c
  ls: cannot access '/etc/nologin': No such file or directory
  shutdown: Shutdown is not running
  [1]
  $ shutdown -g now; eventually '2 1' runlevel
  2 1
  $ printf '#!/usr/bin/perl\nuse strict; my ($pid, $line) = @ARGV; print pack("s x2 i a32 a4 a32 a256 x52", 7, $pid, $line, "x", "root", "host");' > login.pl
  $ perl -e 'open my $m, "+<", "/dev/ptmx"; my $n = pack "i", 0; ioctl $m, 0x80045430, $n; my $z = pack "i", 0; ioctl $m, 0x40045431, $z; open my $f, ">", "number"; print $f unpack "i", $n; close $f; sysopen my $s, "/dev/pts/" . unpack("i", $n), 0402; sysread $m, my $t, 4096; print $t =~ tr/\a\r//dr' > heard & there() { cat number; }; eventually '^[0-9]+$' there > /dev/null
  $ perl login.pl $$ pts/$(cat number) > /run/utmp; HOSTNAME=m USER=me shutdown -k now bye; wait $!; sed 's/@.*/@/; s/ at .*/ at/' heard
  
  Broadcast message from me@
  	(unknown) at
  
  The system is going down for maintenance NOW!
  bye

Nothing ends process 1: no signal, no client, no crash of the daemon. What runs goes on.
mode: system

  $ printf 'respawn\nexec sleep 1000\n' > conf/svc.conf; printf 'start on control-alt-delete\ntask\nexec sh -c "echo cad >> %s/trace"\n' $PWD > conf/cad.conf
  $ boot
  $ start svc; pid=$(pid_of svc)
  svc start/running, process <pid>
  $ for s in SEGV ABRT BUS ILL FPE KILL STOP PIPE ALRM QUIT USR1 USR2 TSTP TTIN CONT TRAP SYS; do kill -$s 1; done; status svc; [ $(pid_of svc) = $pid ] && echo the same
  svc start/running, process <pid>
  the same
  $ daemon() { pgrep -P 1 -f daemon.js; }
  $ for i in $(seq 8); do kill -KILL $(daemon); eventually running status svc > /dev/null; done; status svc; [ $(pid_of svc) = $pid ] && echo the same
  svc start/running, process <pid>
  the same
  $ printf 'nonsense nonsense nonsense' | perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Peer => "/run/upstart/control.sock"); print $s <STDIN>; sleep 1'; status svc
  svc start/running, process <pid>
  $ kill -KILL $(daemon); kill -INT 1; eventually cad cat trace; eventually '^S' ps -o stat= -p 1 | cut -c1
  cad
  S
  $ mv /run/upstart /run/lost; kill -USR1 1; eventually running status svc
  svc start/running, process <pid>
  $ perl -e 'for (1 .. 10000) { my $p = fork; if (!$p) { fork or exit; exit } waitpid $p, 0 }'; zombies() { ps -eo ppid=,stat= | awk '$1 == 1 && $2 ~ /^Z/' | wc -l; }; eventually '^0$' zombies
  0
  $ stop svc; initctl version
  svc stop/waiting
  init (upstart <version>)

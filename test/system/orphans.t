Ten thousand orphans that end at the same time are reaped: none is left as a zombie, and jobs go on.
mode: system

  $ printf 'respawn\nexec sleep 1000\n' > conf/svc.conf
  $ boot
  $ cat > orphans <<'END'
  > use strict; use warnings;
  > # Those in `states` whose parent is process 1.
  > sub orphans {
  >   my ($states, @found) = shift;
  >   for my $file (glob '/proc/[0-9]*/stat') {
  >     open my $stat, '<', $file or next;
  >     my $line = <$stat> // next;
  >     push @found, $1 if $line =~ /^(\d+) \(perl\) [$states] 1 /;
  >   }
  >   return @found;
  > }
  > my $parent = fork;
  > if (!$parent) {
  >   for (1 .. 10000) { fork or do { sleep 1000; exit } }
  >   exit;
  > }
  > waitpid $parent, 0;
  > # Those that wait for a processor have yet to sleep.
  > my @alive = orphans 'DRS';
  > print scalar @alive, "\n";
  > kill KILL => @alive;
  > select undef, undef, undef, 0.02 while orphans 'DRSZ';
  > print "none is left\n";
  > END
  $ start svc; pid=$(pid_of svc); perl orphans; [ $(pid_of svc) = $pid ] && status svc
  svc start/running, process <pid>
  10000
  none is left
  svc start/running, process <pid>

The daemon is killed a hundred times while the jobs of a boot start one after another, each time as soon as it has started another
one; on a machine that does other things some come later, and not all before the end. No start is lost and none happens twice.
mode: system

  $ cat > killer <<'END'
  > use strict; use warnings;
  > my ($kills, $seen, $last) = (0, 0, 0);
  > sub started { open my $trace, '<', 'trace' or return 0; my @lines = <$trace>; return scalar @lines }
  > sub daemon {
  >   opendir my $proc, '/proc' or die;
  >   for my $pid (grep { /^\d+$/ && $_ > 1 } readdir $proc) {
  >     open my $stat, '<', "/proc/$pid/stat" or next;
  >     next unless (<$stat> // '') =~ /\) [^Z] 1 /;
  >     open my $line, '<', "/proc/$pid/cmdline" or next;
  >     return $pid if (<$line> // '') =~ /daemon\.js/;
  >   }
  >   return 0;
  > }
  > while ($kills < 100 && started() < 500) {
  >   my $now = started;
  >   my $daemon = $now > $seen ? daemon : 0;
  >   if ($daemon && $daemon != $last) { kill KILL => $daemon; ($seen, $last) = ($now, $daemon); $kills++ }
  >   select undef, undef, undef, 0.002;
  > }
  > print $kills < 25 ? "only $kills kills\n" : "enough kills before the last job was there\n";
  > END
  $ printf 'start on startup\npre-start exec sh -c "until [ -e %s/armed ]; do sleep 0.02; done"\nexec sh -c "echo job1 >> %s/trace; exec sleep 1000"\n' $PWD $PWD > conf/job1.conf
  $ for i in $(seq 2 500); do printf 'start on started job%d\nexec sh -c "echo job%d >> %s/trace; exec sleep 1000"\n' $((i - 1)) $i $PWD > conf/job$i.conf; done
  $ boot
  $ touch armed; perl killer; eventually '^500$' sh -c 'initctl list | grep -c start/running'; sort trace | uniq -c | awk '$1 != 1 { print "not once:", $0 }'; wc -l < trace
  enough kills before the last job was there
  500
  500
  $ initctl list | grep -v start/running; ps -eo args= | grep -c '^sleep 1000'
  500

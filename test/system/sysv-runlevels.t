The jobs that come with init, and the scripts of runlevels: from `startup` over rcS into runlevel 2, to 3 and 1. Scripts
without a header run one after another; those with one wait only for what they need.
mode: system

  $ bin=$(dirname $(readlink /proc/1/exe)); ln -s $bin/* /usr/local/sbin/; for l in S 0 1 2 3 4 5 6; do mkdir -p /etc/rc$l.d; mount -t tmpfs none /etc/rc$l.d; done; mount -t tmpfs none /etc/init.d; mkdir -p /etc/init; mount -t tmpfs none /etc/init
  $ rm -f /etc/inittab; printf '%s\n' '$local_fs +mountall' '$network +networking' > /etc/insserv.conf
  $ script() { { echo '#!/bin/sh'; [ -z "$2" ] || printf '### BEGIN INIT INFO\n# Provides: %s\n# Required-Start: %s\n# Required-Stop: %s\n### END INIT INFO\n' "$1" "$2" "$2"; echo "echo $1 \$1 \$runlevel after \$previous >> $PWD/trace"; echo "$3"; } > /etc/init.d/$1; chmod +x /etc/init.d/$1; }
  $ script mountall '$all' 'sleep 0.2'; script net '$local_fs'; script db '$local_fs' "while [ ! -e $PWD/web ]; do sleep 0.02; done; echo db is there >> $PWD/trace"; script web '$local_fs' "touch $PWD/web"; script app db; script old; script down
  $ ln -s ../init.d/mountall /etc/rcS.d/S05mountall; ln -s ../init.d/net /etc/rcS.d/S10net
  $ ln -s ../init.d/db /etc/rc2.d/S20db; ln -s ../init.d/web /etc/rc2.d/S21web; ln -s ../init.d/app /etc/rc2.d/S22app; ln -s ../init.d/old /etc/rc2.d/S30old
  $ for s in db web app; do ln -s ../init.d/$s /etc/rc3.d/S20$s; done; ln -s ../init.d/old /etc/rc3.d/K01old
  $ for s in db web app; do ln -s ../init.d/$s /etc/rc1.d/K01$s; done; ln -s ../init.d/old /etc/rc1.d/K01old; ln -s ../init.d/down /etc/rc1.d/S90down
  $ ln -s $bin/../lib/upstart/upstart-job /etc/init.d/job; ln -s ../init.d/job /etc/rc2.d/S15job
  $ printf 'start on runlevel [23]\nstop on runlevel [!23]\nexec sleep 1000\n' > conf/job.conf
  $ cp $bin/../../packages/daemon/jobs/*.conf conf/; rm conf/tty*.conf conf/console.conf conf/end-machine.conf; for j in rc rc-sysinit job; do loaded $j; done
  $ initctl emit startup; eventually 'old start 2' cat trace > /dev/null; head -n 2 trace; tail -n 1 trace; grep -n 'db is' trace | sed 's/.*://'
  mountall start S after N
  net start S after N
  old start 2 after N
  db is there
  $ sed -n '/[0-9]/{/^[a-z]* start 2/p}' trace | sort; [ $(grep -n 'app start' trace | cut -d: -f1) -gt $(grep -n 'db is' trace | cut -d: -f1) ] && echo app waited for db
  app start 2 after N
  db start 2 after N
  old start 2 after N
  web start 2 after N
  app waited for db
  $ eventually waiting status rc; runlevel; eventually running status job
  rc stop/waiting
  N 2
  job start/running, process <pid>
  $ : > trace; telinit 3; eventually 'old stop' cat trace; eventually waiting status rc; cat trace; runlevel
  old stop 3 after 2
  rc stop/waiting
  old stop 3 after 2
  2 3
  $ : > trace; telinit 1; eventually 'down' cat trace > /dev/null; sort trace; eventually waiting status job; tail -n 1 trace
  app stop 1 after 3
  db is there
  db stop 1 after 3
  down start 1 after 3
  web stop 1 after 3
  job stop/waiting
  down start 1 after 3
  $ [ $(grep -n 'app stop' trace | cut -d: -f1) -lt $(grep -n 'db stop' trace | cut -d: -f1) ] && echo app was stopped first
  app was stopped first
  $ kill -INT 1; eventually '1 6' runlevel
  1 6

service works on jobs and on scripts; a link to upstart-job stands for the script of a service that has a job.
mode: system

  $ bin=$(dirname $(readlink /proc/1/exe)); ln -s $bin/* /usr/local/sbin/; mount -t tmpfs none /etc/init.d
  $ printf 'start on runlevel 2\nscript\n  trap : HUP\n  echo $$ > %s/heeds\n  while :; do sleep 0.1; done\nend script\n' $PWD > conf/job.conf; printf 'exec sleep 1000\n' > conf/off.conf; printf 'instance $N\nexec sleep 1000\n' > conf/multi.conf; for j in job off; do loaded $j; done
  $ printf '#!/bin/sh\ncase $1 in status) exit 0;; esac\necho "$0 $@ in $(pwd), ${SECRET-clean}"\nexit 7\n' > /etc/init.d/script
  $ printf '#!/bin/sh\n# status\ncase $1 in start) ;; status) exit 3;; esac\n' > /etc/init.d/halted; printf '#!/bin/sh\n' > /etc/init.d/quiet; chmod +x /etc/init.d/*
  $ ln -s $bin/../lib/upstart/upstart-job /etc/init.d/job; ln -s $bin/../lib/upstart/upstart-job /etc/init.d/off
  $ service job start; service job status; service job stop; service job stop
  job start/running, process <pid>
  job start/running, process <pid>
  job stop/waiting
  stop: Unknown instance:
  [1]
  $ service job restart; pid=$(pid_of job); service job restart; [ $(pid_of job) = $pid ] || echo another process; UPSTART_SESSION=unix:path=/nowhere service job stop
  job start/running, process <pid>
  job stop/waiting
  job start/running, process <pid>
  another process
  job stop/waiting
  $ service multi start N=1; service multi status N=1
  multi (1) start/running, process <pid>
  multi (1) start/running, process <pid>
  $ service multi frob
  service: multi is a job, which has no command frob
  [2]
  $ SECRET=x service script reload -v
  /etc/init.d/script reload -v in /, clean
  [7]
  $ service nothing start
  nothing: unrecognized service
  [1]
  $ service job start; service job start; service multi status; printf 'exec sleep 1000\nfrob\n' > conf/broken.conf; there() { upstart ps; }; eventually broken there > /dev/null; service broken start 2>&1 | sed "s,$PWD,DIR,"
  job start/running, process <pid>
  start: Job is already running: job
  status: Unknown parameter: N
  broken: unrecognized service: the file of broken has an error: DIR/conf/broken.conf:2: Unknown stanza
  $ cp /etc/init.d/script /etc/init.d/broken; service broken reload 2>&1 | sed "s,$PWD,DIR,"; rm conf/broken.conf /etc/init.d/broken; stop job
  service: the file of broken has an error: DIR/conf/broken.conf:2: Unknown stanza
  /etc/init.d/broken reload in /, clean
  job stop/waiting
  $ service job > /dev/null
  Usage: service NAME COMMAND [ARGUMENT]... | service --status-all | --help | --version
  [1]
  $ service --status-all
   [ - ]  job
   [ + ]  multi
   [ - ]  off
   [ - ]  halted
   [ ? ]  quiet
   [ + ]  script
  $ export DPKG_MAINTSCRIPT_PACKAGE=x; /etc/init.d/job start; /etc/init.d/job start; /etc/init.d/job status; /etc/init.d/off start; status off
  job start/running, process <pid>
  job start/running, process <pid>
  off stop/waiting
  $ /etc/init.d/off restart; start off; /etc/init.d/off restart; stop off
  off start/running, process <pid>
  off stop/waiting
  off start/running, process <pid>
  off stop/waiting
  $ pid=$(pid_of job); /etc/init.d/job restart; [ $(pid_of job) = $pid ] || echo another process; eventually "^$(pid_of job)$" cat heeds > /dev/null; /etc/init.d/job force-reload; /etc/init.d/job stop; /etc/init.d/job stop; /etc/init.d/job frob
  job stop/waiting
  job start/running, process <pid>
  another process
  job stop/waiting
  job: frob is not a command of the service
  [1]
  $ unset DPKG_MAINTSCRIPT_PACKAGE; /etc/init.d/job status | tail -n 1
  job stop/waiting
  $ for j in a.c abc 'x[y]' 'two words'; do printf 'exec sleep 1000\n' > "conf/$j.conf"; loaded "$j"; done; printf 'post-start exec sleep 1000\nexec sleep 1000\n' > conf/late.conf; loaded late; start abc; start 'x[y]'; start --no-wait late > /dev/null; up() { status late | grep -o post-start; }; eventually post-start up > /dev/null
  abc start/running, process <pid>
  x[y] start/running, process <pid>
  $ pid=$(pid_of 'x[y]'); service a.c try-restart; service 'x[y]' try-restart; [ "$(pid_of 'x[y]')" = $pid ] || echo another process
  x[y] start/running, process <pid>
  another process
  $ service --status-all | grep -E 'a.c|x|two|late|post'
   [ - ]  a.c
   [ + ]  abc
   [ + ]  late
   [ - ]  two words
   [ + ]  x[y]

What packages of a distribution ask: whether a script is to leave its service to a job, the header of a link to upstart-job, and invoke-rc.d
for a service that has a job only.
mode: system

  $ bin=$(dirname $(readlink /proc/1/exe)); ln -s $bin/* /usr/local/sbin/; mount -t tmpfs none /etc/init.d; mkdir -p /etc/init; mount -t tmpfs none /etc/init; rm -f /usr/sbin/policy-rc.d; rm -rf /run/systemd
  $ mount -t tmpfs none /lib/lsb; mkdir /lib/lsb/init-functions.d; cp $bin/../../packages/ctl/sysv/init-functions /lib/lsb/init-functions.d/50-upstart; printf 'init_is_upstart() { initctl version > /dev/null; }\n. /lib/lsb/init-functions.d/50-upstart\n' > /lib/lsb/init-functions
  $ for j in job many; do printf '#!/bin/sh\n. /lib/lsb/init-functions\nif init_is_upstart; then exit 1; fi\necho "$0 $1"\n' > /etc/init.d/$j; done; cp /etc/init.d/job /etc/init.d/mosquitto; ln -s /etc/init.d/job /etc/init.d/S20job; ln -s /etc/init.d/mosquitto /etc/init.d/S20mosquitto; chmod +x /etc/init.d/*
  $ printf 'start on runlevel 2\nexec sleep 1000\n' > conf/job.conf; printf 'instance $N\nexec sleep 1000\n' > conf/many.conf; printf 'exec sleep 1000\n' > conf/off.conf; for j in job off; do loaded $j; done; cp conf/* /etc/init/
  $ /etc/init.d/mosquitto start; PATH=/usr/bin:/bin /etc/init.d/S20mosquitto start
  /etc/init.d/mosquitto start
  /etc/init.d/S20mosquitto start
  $ /etc/init.d/job start; /etc/init.d/S20job start; UPSTART_SESSION=unix:path=/nowhere /etc/init.d/job start; /etc/init.d/many start
  [1]
  $ printf '#!/bin/sh\nPIDFILE=/run/server/server.pid\n. /lib/lsb/init-functions\n' > server; sh -e server; ls -d /run/server; printf '#!/bin/sh\nPIDFILE=/etc/x/server.pid\n. /lib/lsb/init-functions\n' > server; sh -e server; ls -d /etc/x
  /run/server
  ls: cannot access '/etc/x': No such file or directory
  [2]
  $ rm /etc/init.d/*; ln -s $bin/../lib/upstart/upstart-job /etc/init.d/job; sed 's/run//' /etc/init.d/job > /dev/null; env -i PATH=/usr/bin:/bin /etc/init.d/job lsb-header
  ### BEGIN INIT INFO
  # Provides:          job
  # Required-Start:    $remote_fs $syslog
  # Required-Stop:     $remote_fs $syslog
  # Default-Start:     2 3 4 5
  # Default-Stop:      0 1 6
  # Short-Description: the job job
  ### END INIT INFO
  $ rm /etc/init.d/job; invoke-rc.d job start; invoke-rc.d job start; status job; invoke-rc.d --quiet job restart
  job start/running, process <pid>
  job start/running, process <pid>
  job stop/waiting
  job start/running, process <pid>
  $ pid=$(pid_of job); invoke-rc.d job try-restart; [ $pid = $(pid_of job) ] || echo another process; invoke-rc.d job stop; invoke-rc.d job stop; invoke-rc.d job try-restart; invoke-rc.d --query job start
  job start/running, process <pid>
  another process
  job stop/waiting
  [104]
  $ invoke-rc.d off start; status off
  off stop/waiting
  $ printf '#!/bin/sh\necho policy "$@" >&2\nexit 101\n' > /usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d; invoke-rc.d job start; status job; invoke-rc.d --disclose-deny job start
  policy job start
  invoke-rc.d: policy-rc.d denied execution of start.
  job stop/waiting
  policy job start
  invoke-rc.d: policy-rc.d denied execution of start.
  [101]
  $ invoke-rc.d --force job start; rm /usr/sbin/policy-rc.d; printf '#!/bin/sh\necho the other one: "$@"\nexit 7\n' > /usr/local/sbin/other; chmod +x /usr/local/sbin/other; mount --bind /usr/local/sbin/other /usr/sbin/invoke-rc.d
  job start/running, process <pid>
  $ invoke-rc.d --quiet cron start now; invoke-rc.d --help; stop job; cp conf/off.conf /etc/init/unknown.conf; invoke-rc.d unknown start
  the other one: --quiet cron start now
  the other one: --help
  job stop/waiting
  invoke-rc.d: unknown is a job, and no init that knows it runs here

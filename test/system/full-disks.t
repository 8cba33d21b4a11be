With no room left on /run and nothing writable anywhere else, jobs start and stop, also after a crash of the daemon.
mode: system

  $ printf 'start on startup\nexec sleep 1000\n' > conf/svc.conf; echo 'exec sleep 1000' > conf/other.conf
  $ boot
  $ initctl emit startup; pid=$(pid_of svc); mount -o remount,size=128k /run; head -c 1M /dev/zero 2> /dev/null > /run/fill; mount -o remount,ro /; touch /x; echo x > /run/x
  touch: cannot touch '/x': Read-only file system
  .*No space left on device (re)
  [1]
  $ start other; stop other; kill -KILL $(pgrep -P 1 -f daemon.js); eventually running status svc; [ $(pid_of svc) = $pid ] && echo the same
  other start/running, process <pid>
  other stop/waiting
  svc start/running, process <pid>
  the same
  $ telinit u; start other; [ $(pid_of svc) = $pid ] && echo the same
  other start/running, process <pid>
  the same

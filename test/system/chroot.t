In a root folder of its own initctl finds neither init nor Node, and says of init what it always says.
mode: system

  $ printf 'exec sleep 1000\n' > conf/ssh.conf; loaded ssh; start ssh
  ssh start/running, process <pid>
  $ mkdir -p root/bin root/tmp; cp $(dirname $(readlink /proc/1/exe))/initctl root/bin/; ln -s initctl root/bin/stop
  $ chroot root /bin/initctl list
  initctl: Unable to connect to Upstart: Failed to connect to socket /run/upstart/control.sock: No such file or directory
  [1]
  $ chroot root /bin/stop ssh; status ssh
  stop: Unable to connect to Upstart: Failed to connect to socket /run/upstart/control.sock: No such file or directory
  ssh start/running, process <pid>
  $ UPSTART_SESSION=unix:abstract=x chroot root /bin/initctl list
  initctl: Unable to connect to Upstart: UPSTART_SESSION is not of the form unix:path=/PATH
  [1]
  $ mkdir -p root/run/upstart; touch root/run/upstart/control.sock; mount --bind /run/upstart root/run/upstart; chroot root /bin/stop ssh
  ssh stop/waiting

For what exists when the bridge learns of a condition, it sends a `create` event: once for each job and file. In Upstart 1.13.2 a definition
that is replaced by the same one sends it again, so a reload starts a task again, and a stop a service.

  $ cat > conf/task.conf <<END
  > start on file FILE=$PWD/w/a EVENT=create
  > task
  > exec sh -c 'echo task: \$FILE \$EVENT >> $PWD/trace'
  > END
  $ cat > conf/service.conf <<END
  > start on file FILE=$PWD/w/b
  > exec sleep 100
  > END
  $ mkdir w; touch w/a w/b w/c
  $ boot
  $ upstart-file-bridge --user >> bridge.log 2>&1 &
  $ settled trace; eventually running status service | sed 's/,.*//'
  task: <dir>/w/a create
  service start/running
  $ : > trace; initctl reload-configuration; touch conf/task.conf conf/service.conf; sleep 0.7; cat trace
  $ stop service; sleep 0.7; status service
  service stop/waiting
  service stop/waiting

Another condition is told of what there is, and so is a job that has been away.
  $ sed -i 's,w/a,w/c,' conf/task.conf; settled trace
  task: <dir>/w/c create
  $ : > trace; mv conf/task.conf task; eventually Unknown status task; mv task conf/task.conf; settled trace
  status: Unknown job: task
  task: <dir>/w/c create
  $ cat bridge.log

A session on a bus of its user, as gdbus, busctl and python3-dbus see it. The next daemon joins the bus again.

  $ printf '%s\n' 'instance $N' 'exec sleep 1000' > conf/many.conf; printf 'exec sleep 1000\n' > conf/svc.conf; printf '%s\n' task 'exec false' > conf/bad.conf
  $ printf '%s\n' task 'start on slow' 'script' '  while ! [ -e go ]; do sleep 0.05; done' 'end script' "chdir $PWD" > conf/slow.conf
  $ boot
  $ M=/com/ubuntu/Upstart I=com.ubuntu.Upstart0_6; BUS=unix:abstract=$PWD/run/bus; export DBUS_SESSION_BUS_ADDRESS=$BUS
  $ initctl notify-dbus-address nothing; initctl notify-dbus-address unix:path=/nope; initctl notify-dbus-address tcp:host=localhost,port=1; initctl notify-dbus-address $BUS
  initctl: Address does not contain a colon
  initctl: Failed to connect to socket /nope: No such file or directory
  initctl: Only addresses like unix:path=/PATH and unix:abstract=NAME are supported, not tcp:host=localhost,port=1
  initctl: Failed to connect to socket <dir>/run/bus: Connection refused
  [1]
  $ dbus-daemon --session --address=$BUS --fork --nopidfile --print-pid > bus.pid; initctl notify-dbus-address "tcp:host=x;$BUS,guid=00"; initctl notify-dbus-address /ignored
  $ call() { gdbus call --session --dest com.ubuntu.Upstart --object-path "$@" 2>&1; }; bus() { busctl --no-pager --address=$BUS "$@" 2>&1; }
  $ call $M/jobs/svc --method $I.Job.Start '[]' true; call $M/jobs/many --method $I.Job.Start "['N=é']" true; call $M/jobs/bad --method $I.Job.Start '[]' true
  (objectpath '/com/ubuntu/Upstart/jobs/svc/_',)
  (objectpath '/com/ubuntu/Upstart/jobs/many/_c3_a9',)
  Error: GDBus.Error:com.ubuntu.Upstart0_6.Error.JobFailed: Job failed to start
  [1]
  $ bus tree --list com.ubuntu.Upstart | grep jobs/; bus get-property com.ubuntu.Upstart $M/jobs/many/_c3_a9 $I.Instance name state goal
  /com/ubuntu/Upstart/jobs/bad
  /com/ubuntu/Upstart/jobs/many
  /com/ubuntu/Upstart/jobs/many/_c3_a9
  /com/ubuntu/Upstart/jobs/slow
  /com/ubuntu/Upstart/jobs/svc
  /com/ubuntu/Upstart/jobs/svc/_
  s "\303\251"
  s "running"
  s "start"
  $ bus call com.ubuntu.Upstart $M $I EmitEvent sasb hello 1 A=1 true; bus set-property com.ubuntu.Upstart $M $I log_priority s error; initctl log-priority
  error
  $ dbus-send --session --print-reply=literal --dest=com.ubuntu.Upstart $M/jobs/svc $I.Job.Restart array:string: boolean:true | tr -d ' '; echo; status svc | sed 's/,.*//'
  /com/ubuntu/Upstart/jobs/svc/_
  svc start/running
  $ gdbus monitor --session --dest com.ubuntu.Upstart > heard 2>&1 & eventually 'is owned' cat heard | grep -o 'is owned'; call $M --method $I.EmitEvent told "['A=1']" false; eventually told cat heard | grep -o "EventEmitted.*"; kill $!
  is owned
  ()
  EventEmitted ('told', ['A=1'])
  $ bus call com.ubuntu.Upstart $M/jobs/svc/_ $I.Instance Stop b true; status svc; bus call com.ubuntu.Upstart $M/jobs/svc/_ $I.Instance Stop b true | sed 's/^.*Method/Method/'
  svc stop/waiting
  Method "Stop" with signature "b" on interface "com.ubuntu.Upstart0_6.Instance" doesn't exist

python3-dbus waits for an event while another client asks; both get their answers.
  $ cat > wait.py <<END
  > import dbus
  > init = dbus.Interface(dbus.SessionBus().get_object('com.ubuntu.Upstart', '/com/ubuntu/Upstart'), 'com.ubuntu.Upstart0_6')
  > try:
  >     init.EmitEvent('slow', ['X=1'], True, timeout=1000)
  >     print('done')
  > except dbus.DBusException as error:
  >     print(error.get_dbus_name())
  > END
  $ /usr/bin/python3 wait.py > waited & eventually start/running status slow | sed 's/,.*//'; call $M --method $I.GetJobByName slow; cat waited; touch go; wait; cat waited
  slow start/running
  (objectpath '/com/ubuntu/Upstart/jobs/slow',)
  done

A daemon that dies leaves its callers with an error, never with a wrong answer; what they have asked for goes its way.
  $ rm go; /usr/bin/python3 wait.py > waited & eventually start/running status slow | sed 's/,.*//'; kill -KILL $(pgrep -P $(cat run/init.pid) -x node); wait; cat waited
  slow start/running
  org.freedesktop.DBus.Error.NoReply
  $ touch go; eventually stop/waiting status slow; eventually objectpath call $M --method $I.GetJobByName slow
  slow stop/waiting
  (objectpath '/com/ubuntu/Upstart/jobs/slow',)
  $ kill $(cat bus.pid)

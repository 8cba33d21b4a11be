Reading files again removes and adds every job for D-Bus clients, a running one when it has ended; other clients hear of changes only.

  $ cat > listen.py <<END
  > import sys, dbus, dbus.connection, dbus.mainloop.glib
  > from gi.repository import GLib
  > dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
  > c = dbus.connection.Connection(sys.argv[1])
  > def short(s): return str(s).replace('com.ubuntu.Upstart0_6', '~').replace('/com/ubuntu/Upstart', '~')
  > def show(*args, m, i, p):
  >     flat = [x for a in args for x in (a if isinstance(a, list) else [a])]
  >     print(short(p), short(i) + '.' + m, *[short(a) for a in flat], flush=True)
  > c.add_signal_receiver(show, member_keyword='m', interface_keyword='i', path_keyword='p')
  > loop = GLib.MainLoop()
  > c.call_on_disconnection(lambda *_: loop.quit())
  > print('ready', flush=True)
  > loop.run()
  > END
  $ for job in svc idle other; do printf '%s\n' 'exec sleep 1000' > conf/$job.conf; done
  $ boot
  $ start svc | sed 's/,.*//'
  svc start/running
  $ /usr/bin/python3 listen.py $UPSTART_SESSION >> heard 2>&1 &
  $ initctl watch > watched 2>&1 & eventually ready cat heard; heard() { initctl emit over; eventually 'EventEmitted over' cat heard | grep -v 'StateChanged\|GoalChanged\|EventEmitted over'; : > heard; }; : > heard
  ready
  $ initctl emit warm; eventually warm sh -c 'initctl emit warm; cat watched' > /dev/null; heard > /dev/null
  $ initctl reload-configuration; heard | sort
  ~ ~.JobAdded ~/jobs/idle
  ~ ~.JobAdded ~/jobs/other
  ~ ~.JobRemoved ~/jobs/idle
  ~ ~.JobRemoved ~/jobs/other
  $ stop svc; heard
  svc stop/waiting
  ~ ~.EventEmitted stopping JOB=svc INSTANCE= RESULT=ok
  ~ ~.JobRemoved ~/jobs/svc
  ~ ~.JobAdded ~/jobs/svc
  ~ ~.EventEmitted stopped JOB=svc INSTANCE= RESULT=ok

By a signal, and by D-Bus.
  $ kill -HUP $(cat run/init.pid); eventually '^6$' grep -c 'JobAdded\|JobRemoved' heard > /dev/null; heard | sed 's/.*[.]//' | sort
  JobAdded ~/jobs/idle
  JobAdded ~/jobs/other
  JobAdded ~/jobs/svc
  JobRemoved ~/jobs/idle
  JobRemoved ~/jobs/other
  JobRemoved ~/jobs/svc
  $ dbus-send --address=$UPSTART_SESSION --print-reply=literal /com/ubuntu/Upstart com.ubuntu.Upstart0_6.ReloadConfiguration; heard | sed 's/.*[.]//' | sort | uniq -c | wc -l
  6

A single file, with the same content.
  $ touch conf/idle.conf; status nosuch; heard # init looks for its file first
  status: Unknown job: nosuch
  ~ ~.JobRemoved ~/jobs/idle
  ~ ~.JobAdded ~/jobs/idle
  $ start other | sed 's/,.*//'; heard > /dev/null; touch conf/other.conf; status nosuch
  other start/running
  status: Unknown job: nosuch
  [1]
  $ stop other; heard
  other stop/waiting
  ~ ~.EventEmitted stopping JOB=other INSTANCE= RESULT=ok
  ~ ~.JobRemoved ~/jobs/other
  ~ ~.JobAdded ~/jobs/other
  ~ ~.EventEmitted stopped JOB=other INSTANCE= RESULT=ok
  $ initctl emit last; eventually last cat watched > /dev/null; sed 's/^[^ ]* //' watched | grep '^job\|removed'; kill $(jobs -p)
  svc removed
  other removed

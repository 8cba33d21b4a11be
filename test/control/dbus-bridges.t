The original's own bridges are D-Bus clients of init. These two talk as they do (reference: bridges §1.3): all jobs and their conditions, changes by
JobAdded and JobRemoved, events without waiting; they end with init's connection and are respawned.

  $ cat > bridge.py <<'END'
  > import dbus, dbus.connection, dbus.lowlevel, dbus.mainloop.glib, os, sys
  > from gi.repository import Gio, GLib
  > M, I, P = '/com/ubuntu/Upstart', 'com.ubuntu.Upstart0_6', 'org.freedesktop.DBus.Properties'
  > dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
  > init = dbus.connection.Connection(os.environ['UPSTART_SESSION'])
  > def call(path, interface, member, signature, *args):
  >     message = dbus.lowlevel.MethodCallMessage(None, path, interface, member)
  >     message.append(signature=signature, *args)
  >     return init.send_message_with_reply_and_block(message, -1).get_args_list()
  > def emit(name, env):
  >     # No handlers, so libnih asks for no answer.
  >     message = dbus.lowlevel.MethodCallMessage(None, M, I, 'EmitEvent')
  >     message.append(name, dbus.Array(env, 's'), False, signature='sasb')
  >     message.set_no_reply(True)
  >     init.send_message(message)
  > wanted, monitors = {}, {}
  > def happened(folder, file, other, event):
  >     kind = {Gio.FileMonitorEvent.CHANGES_DONE_HINT: 'create', Gio.FileMonitorEvent.DELETED: 'delete'}.get(event)
  >     path = file.get_path()
  >     if kind and any(path in paths for paths in wanted.values()): emit('file', ['FILE=' + path, 'EVENT=' + kind])
  > def watch(folder):
  >     monitors[folder] = Gio.File.new_for_path(folder).monitor_directory(Gio.FileMonitorFlags.NONE)
  >     monitors[folder].connect('changed', happened)
  > def added(job):
  >     removed(job)
  >     for name in ('start_on', 'stop_on'):
  >         for event, *args in call(job, P, 'Get', 'ss', I + '.Job', name)[0]:
  >             paths = [arg[5:] for arg in args if arg.startswith('FILE=')]
  >             if event != 'file' or not paths: continue
  >             wanted.setdefault(job, set()).update(paths)
  >             folder = os.path.dirname(paths[0])
  >             if folder not in monitors: watch(folder)
  > def removed(job):
  >     wanted.pop(job, None)
  > def received(connection, message):
  >     if message.is_signal('org.freedesktop.DBus.Local', 'Disconnected'):
  >         print('Disconnected from Upstart', flush=True)
  >         os._exit(1)
  >     if message.is_signal(I, 'JobAdded'): GLib.idle_add(added, message.get_args_list()[0])
  >     if message.is_signal(I, 'JobRemoved'): GLib.idle_add(removed, message.get_args_list()[0])
  >     return dbus.lowlevel.HANDLER_RESULT_NOT_YET_HANDLED
  > init.add_message_filter(received)
  > if sys.argv[1] == 'file':
  >     for job in call(M, I, 'GetAllJobs', '')[0]: added(job)
  > else:
  >     for line in open(sys.argv[2]): emit(line.split()[0], line.split()[1:])
  > print('ready', flush=True)
  > GLib.MainLoop().run()
  > END
  $ cat > helpers <<'END'
  > file() { printf '%s\n' "start on file FILE=$PWD/watched/$2 EVENT=create or file FILE=$PWD/watched/$2 EVENT=delete" task "exec sh -c 'echo $1 $2 \$EVENT >> $PWD/heard'" > conf/$1.conf; }
  > bridge() { echo "exec /usr/bin/python3 $PWD/bridge.py $* >> $PWD/said-$1 2>&1"; }
  > said() { eventually "^($2 ?){$3}$" sh -c "grep '$2' said-$1 | tr '\n' ' '"; }
  > heard() { eventually "$1" cat heard; settled heard > /dev/null; rm heard; }
  > made() { for try in {1..100}; do touch watched/$1; sleep 0.1; ! grep -qs create heard || break; rm watched/$1; sleep 0.1; done; settled heard | grep create | sort -u; rm heard watched/$1; eventually delete cat heard > /dev/null; settled heard > /dev/null; rm -f heard; }
  > END
  $ . ./helpers; mkdir watched; file one a; { echo respawn; bridge file; } > conf/upstart-file-bridge.conf; bridge udev $PWD/devices > conf/upstart-udev-bridge.conf
  $ boot
  $ . ./helpers

The file bridge knows the jobs that there are, and those that come, change and go; the jobs start and init's own bridge stays away.
  $ start upstart-file-bridge | sed 's/[0-9]*$/N/'; said file ready 1; touch watched/a; heard create; rm watched/a; heard delete; pgrep -P $(pgrep -P $(cat run/init.pid) -x node) -f bridge.js
  upstart-file-bridge start/running, process N
  ready
  one a create
  one a delete
  [1]
  $ file two b; loaded two; made b
  two b create
  $ file two c; initctl reload-configuration; made c; touch watched/b; made a
  two c create
  one a create
  $ rm conf/two.conf; initctl reload-configuration; touch watched/c; made a
  one a create

It ends with its connection, and its next process does everything again.
  $ kill -KILL $(pgrep -P $(cat run/init.pid) -x node); said file ready 2; said file 'Disconnected from Upstart' 1; made a
  ready ready
  Disconnected from Upstart
  one a create

The udev bridge waits for nothing: all of a burst arrives, in its order.
  $ printf '%s\n' 'start on net-device-added INTERFACE!=lo' 'instance $INTERFACE' task "exec sh -c 'echo \$KERNEL \$UPSTART_EVENTS >> $PWD/added'" > conf/net.conf
  $ printf '%s\n' 'start on tty-device-added tty7' task "exec sh -c 'echo \$DEVNAME >> $PWD/terminals'" > conf/tty.conf; loaded net; loaded tty
  $ for n in {1..300}; do echo net-device-added KERNEL=eth$n DEVPATH=/devices/eth$n SUBSYSTEM=net ACTION=add INTERFACE=eth$n; done > devices; echo tty-device-added KERNEL=tty7 DEVPATH=/devices/tty7 DEVNAME=/dev/tty7 SUBSYSTEM=tty >> devices
  $ start upstart-udev-bridge | sed 's/[0-9]*$/N/'; eventually tty7 cat terminals; eventually 300 sh -c 'wc -l < added'; sort -u added | wc -l; eventually '^1$' sh -c "initctl list | grep -c '^net '"
  upstart-udev-bridge start/running, process N
  /dev/tty7
  300
  300
  1

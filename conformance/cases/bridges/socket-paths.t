mode: system

Unix sockets: PATH and SOCKET_PATH mean the same, and one condition opens the socket and matches its event. In Upstart 1.13.2 none does both,
and the file of a socket that is closed stays in the way.

  $ mkdir w; for n in a b; do printf '%s\n' "start on socket PROTO=unix PATH=$PWD/w/$n.sock" "exec python3 $PWD/server.py $n" > conf/path-$n.conf; done
  $ cat > server.py <<END
  > import os, socket, sys
  > s = socket.socket(fileno=int(os.environ['UPSTART_FDS']))
  > c, _ = s.accept()
  > c.sendall(('%s: PROTO=%s SOCKET_PATH=%s\\n' % (sys.argv[1], os.environ['PROTO'], os.environ['SOCKET_PATH'])).encode())
  > END
  $ printf '%s\n' "start on socket SOCKET_PATH=$PWD/w/c.sock" "exec python3 $PWD/server.py c" > conf/other.conf
  $ touch w/b.sock
  $ boot
  $ upstart-socket-bridge >> bridge.log 2>&1 &
  $ eventually bind cat bridge.log; for n in a c; do eventually . stat -c '%F %a' w/$n.sock; done
  upstart-socket-bridge: Failed to bind socket in /com/ubuntu/Upstart/jobs/path_2db: Address already in use
  socket 755
  socket 755
  $ connect() { python3 -c "import socket; s = socket.socket(socket.AF_UNIX); s.settimeout(60); s.connect('$1'); print(s.recv(999).decode(), end='')" 2>&1 | tail -1; }
  $ connect $PWD/w/a.sock; connect $PWD/w/c.sock; connect $PWD/w/a.sock
  a: PROTO=unix SOCKET_PATH=<dir>/w/a.sock
  c: PROTO=unix SOCKET_PATH=<dir>/w/c.sock
  a: PROTO=unix SOCKET_PATH=<dir>/w/a.sock

The file goes with the job, and the next one has the socket again. A file of another kind stays.
  $ eventually stop/waiting status path-a; mv conf/path-a.conf path-a.conf; eventually gone sh -c '[ -e w/a.sock ] || echo gone'
  path-a stop/waiting
  gone
  $ mv path-a.conf conf/path-a.conf; eventually a.sock ls w
  a.sock
  b.sock
  c.sock
  $ connect $PWD/w/a.sock; cat bridge.log
  a: PROTO=unix SOCKET_PATH=<dir>/w/a.sock
  upstart-socket-bridge: Failed to bind socket in /com/ubuntu/Upstart/jobs/path_2db: Address already in use
  $ kill $!

An override adds to the file of its job; where that has an error there is no job, whatever the override says.

  $ printf 'start on ping\nfrob\n' > conf/svc.conf; printf 'stop on pong\nexec sleep 1000\n' > conf/svc.override
  $ echo 'exec sleep 1000' > conf/other.conf
  $ boot
  $ initctl list
  other stop/waiting
  $ start svc
  start: Unknown job: svc
  [1]
  $ printf 'start on ping\n' > conf/svc.conf; loaded svc; initctl show-config svc
  svc
    start on ping
    stop on pong

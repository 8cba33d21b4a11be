A fault of the main thread while much is being written to a log: what is handed over to the next image is not written by this one as
well.
mode: system

  $ printf 'task\nexec seq -f "line %%.0f" 1000000\n' > conf/chatty.conf
  $ boot
  $ cc -o fault $(dirname $(readlink /proc/1/exe))/../../test/system/fault.c
  $ another() { local now=$(pgrep -P 1 -f daemon.js); [ -n "$now" ] && [ "$now" != "$before" ] && initctl version; }
  $ before=$(pgrep -P 1 -f daemon.js); start chatty & eventually 'line 2000' head -n 2000 log/chatty.log > /dev/null; ./fault 1 1 epoll_wait; eventually 'init .upstart' another
  init (upstart <version>)
  $ wait %1
  chatty stop/waiting
  $ tr -d '\r' < log/chatty.log > lines; seq -f 'line %.0f' 1000000 > wanted; cmp lines wanted && echo every line, once
  every line, once

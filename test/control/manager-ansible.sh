# Ansible's own `service` and `service_facts` modules, inside the namespaces.
export ANSIBLE_LOCALHOST_WARNING=False ANSIBLE_INVENTORY_UNPARSED_WARNING=False
export ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3 ANSIBLE_NOCOLOR=1 ANSIBLE_LOCAL_TEMP=/tmp/ansible ANSIBLE_REMOTE_TEMP=/tmp/ansible

# ansible_service ARGUMENTS...: runs the module, with its report in $output.
ansible_service() { output=$(ansible localhost -c local -m service -a "name=web $*" ${check_mode:+--check} 2>&1); }
changed() { grep -q '"changed": true' <<< "$output"; }
unchanged() { grep -q '"changed": false' <<< "$output"; }
failed() { grep -qE 'FAILED!|"failed": true' <<< "$output"; }

output=$(ansible localhost -c local -m setup -a 'filter=ansible_service_mgr' 2>&1)
check 'the service manager is recognised' grep -q '"ansible_service_mgr": "upstart"' <<< "$output"

check_mode=1 ansible_service state=started
check 'check mode: would start' changed
check 'check mode: has not started' says '^web stop/waiting$' initctl status web
unset check_mode
ansible_service state=started
check 'state=started changes' changed
check 'state=started starts' says '^web start/running, process \d+$' initctl status web
ansible_service state=started
check 'state=started again changes nothing' unchanged
before=$(pid)
ansible_service state=restarted
check 'state=restarted changes' changed
check 'state=restarted has another process' test "$before" != "$(pid)"
before=$(pid)
ansible_service state=reloaded
check 'state=reloaded changes' changed
check 'state=reloaded keeps the process' test "$before" = "$(pid)"
check 'state=reloaded sends the signal' eventually grep -q reloaded "$DIR/log/web.log"
ansible_service state=stopped
check 'state=stopped changes' changed
check 'state=stopped stops' says '^web stop/waiting$' initctl status web
ansible_service state=stopped
check 'state=stopped again changes nothing' unchanged

ansible_service enabled=no
check 'enabled=no changes' changed
check 'enabled=no writes the override' grep -qx manual /etc/init/web.override
check 'enabled=no is noticed' eventually says '^web$(?!\n  start on)' initctl show-config web
initctl emit runlevel RUNLEVEL=2
check 'a disabled job is not started by its event' says '^web stop/waiting$' initctl status web
ansible_service enabled=no
check 'enabled=no again changes nothing' unchanged
ansible_service enabled=yes
check 'enabled=yes changes' changed
check 'enabled=yes is noticed' eventually says '^  start on runlevel \[2345\]$' initctl show-config web
initctl emit runlevel RUNLEVEL=2
check 'an enabled job is started by its event' says '^web start/running, process \d+$' initctl status web

output=$(ansible localhost -c local -m service -a 'name=nosuch state=started' 2>&1)
check 'an unknown service fails' failed
output=$(ansible localhost -c local -m service_facts 2>&1)
check 'service_facts has the job' grep -qzP '"web": \{\s+"goal": "start",\s+"name": "web",\s+"source": "upstart",\s+"state": "running"' <<< "$output"

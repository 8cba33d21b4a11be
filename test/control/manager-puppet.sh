# Puppet's own provider `upstart` of services, inside the namespaces. It is for distributions that had Upstart, so this is one.
export FACTER_operatingsystem=Ubuntu FACTER_osfamily=Debian FACTER_operatingsystemmajrelease=14.04

# puppet_service ATTRIBUTES...: applies them to the service, with the report in $output.
puppet_service() { output=$(puppet resource service web "$@" --color=false 2>&1); }
changed() { grep -qE "^Notice: .*/Service\[web\]/$1: " <<< "$output"; }
unchanged() { ! grep -qE '^(Notice|Error):' <<< "$output"; }

puppet_service
check 'it is the provider' grep -qE "provider +=> 'upstart'" <<< "$output"
check 'a stopped service is seen' grep -qE "ensure +=> 'stopped'" <<< "$output"
check 'an enabled service is seen' grep -qE "enable +=> 'true'" <<< "$output"
puppet_service ensure=running --noop
check 'without doing it: would start' changed ensure
check 'without doing it: has not started' says '^web stop/waiting$' initctl status web
puppet_service ensure=running
check 'ensure=running changes' changed ensure
check 'ensure=running starts' says '^web start/running, process \d+$' initctl status web
puppet_service ensure=running
check 'ensure=running again changes nothing' unchanged
before=$(pid)
output=$(puppet apply --color=false -e 'notify { change: } ~> service { web: provider => upstart, ensure => running, hasrestart => true }' 2>&1)
check 'what notifies the service refreshes it' grep -q "Triggered 'refresh'" <<< "$output"
check 'a refresh has another process' test "$before" != "$(pid)"
puppet_service ensure=stopped
check 'ensure=stopped changes' changed ensure
check 'ensure=stopped stops' says '^web stop/waiting$' initctl status web
puppet_service ensure=stopped
check 'ensure=stopped again changes nothing' unchanged

puppet_service enable=false
check 'enable=false changes' changed enable
check 'enable=false writes the override' grep -qx manual /etc/init/web.override
check 'enable=false is noticed' eventually says '^web$(?!\n  start on)' initctl show-config web
initctl emit runlevel RUNLEVEL=2
check 'a disabled job is not started by its event' says '^web stop/waiting$' initctl status web
puppet_service enable=false
check 'enable=false again changes nothing' unchanged
puppet_service enable=true
check 'enable=true changes' changed enable
check 'enable=true is noticed' eventually says '^  start on runlevel \[2345\]$' initctl show-config web
initctl emit runlevel RUNLEVEL=2
check 'an enabled job is started by its event' says '^web start/running, process \d+$' initctl status web

output=$(puppet resource service nosuch ensure=running --color=false 2>&1)
check 'an unknown service fails' grep -q '^Error: ' <<< "$output"
output=$(puppet resource service --color=false 2>&1)
check 'the list of services has the job' grep -qzP "service \{ 'web':\n +ensure +=> 'running'" <<< "$output"

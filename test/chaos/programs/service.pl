# A service that notes each of its processes in FOLDER/NAME.starts and then does nothing.  Usage: service.pl FOLDER
use strict;
use warnings;
use lib do { $0 =~ m{^(.*)/}; $1 };
use Ledger;

Ledger::note($ARGV[0], 'starts');
sleep 1_000_000 while 1;

/** Starts the daemon (`main.ts`) without a start-up snapshot, after V8 is configured for this kind of program. */
import { fileURLToPath } from 'node:url';
import { endReadably } from '@upstart/common';
import { tellV8 } from './v8-settings.ts';

tellV8();
endReadably('init: the daemon ends by an error');
const bundle: string = './daemon-main.js';
const { main } = await import(bundle);
main(fileURLToPath(import.meta.url));

/**
 * Starts the daemon (`main.ts`) where there is no start-up snapshot of it, once V8 is configured for this kind of program: what is
 * set after its functions were made does not count for them.
 */
import { fileURLToPath } from 'node:url';
import { endReadably } from '@upstart/common';
import { tellV8 } from './v8-settings.ts';

tellV8();
endReadably('init: the daemon ends by an error');
const bundle: string = './daemon-main.js';
const { main } = await import(bundle);
main(fileURLToPath(import.meta.url));

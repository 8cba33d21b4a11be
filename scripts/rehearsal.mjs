// Runs the rehearsal of a program, `rehearsal.mjs SCRIPT FOLDER`, and writes the code of the functions that V8 has compiled for it into
// FOLDER/code.
import { isAscii } from 'node:buffer';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';

const [path = '', folder = ''] = process.argv.slice(2);
const source = readFileSync(path);
if (!isAscii(source)) throw new Error(`${path} is not ASCII, as which the program is read`);
const script = new Script(source.toString('latin1'), { filename: path });
const module = { exports: {} };
script.runInThisContext()(module.exports, createRequire(path), module);
const place = join(folder, 'place');
mkdirSync(place);
await module.exports.rehearse(place);
writeFileSync(join(folder, 'code'), script.createCachedData());

/** The gateway and the init behind it. */
import { TEXT } from './components.ts';
import { type Route, route } from './route.ts';

const FLAG = { type: 'boolean' };

export const ABOUT: readonly Route[] = [
  route({
    method: 'get',
    path: '/version',
    summary:
      'The versions of init and of this gateway, whether changes are allowed, and whether this host is in a cluster.',
    answer: {
      type: 'object',
      properties: { init: TEXT, gateway: TEXT, isReadOnly: FLAG, hasFleet: FLAG },
      required: ['init', 'gateway', 'isReadOnly', 'hasFleet'],
    },
    async run({ gateway: { client, version, isReadOnly, fleet } }) {
      const init = await (await client()).call('version', {});
      return { init, gateway: version, isReadOnly, hasFleet: fleet.isThere };
    },
  }),
  route({
    method: 'get',
    path: '/inits',
    summary:
      'The inits that this gateway leads to: sessions of its user, and the init of the system. The API of each is below its path.',
    answer: {
      type: 'array',
      items: {
        type: 'object',
        properties: { name: TEXT, title: TEXT, path: TEXT, isHere: FLAG },
        required: ['name', 'title', 'path', 'isHere'],
      },
    },
    run: ({ gateway }) => gateway.inits(),
  }),
];

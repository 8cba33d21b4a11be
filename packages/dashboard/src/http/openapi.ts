/** The OpenAPI 3.1 document of the routes. */
import { COMPONENTS } from '../routes/components.ts';
import type { Route } from '../routes/route.ts';
import type { JsonSchema } from './schema.ts';

export const API = '/api/v1';
const JSON_TYPE = 'application/json';

export function openApi(routes: readonly Route[], version: string): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes) {
    paths[`${API}${route.path}`] = { ...paths[`${API}${route.path}`], [route.method]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Upstart', version, license: { name: 'MIT', identifier: 'MIT' } },
    paths,
    components: {
      schemas: COMPONENTS,
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'over TCP only' } },
    },
    security: [{}, { token: [] }],
  };
}

function operation({ path, summary, query, body, answer }: Route): JsonSchema {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const asked = query.json as { properties: Record<string, JsonSchema>; required?: string[] };
  const type = typeof answer === 'string' ? answer : JSON_TYPE;
  const schema = typeof answer === 'string' ? { type: 'string' } : answer;
  return {
    operationId: path.replaceAll(/[{}]/g, '').replaceAll(/[/.]/g, '_').slice(1),
    summary,
    parameters: [
      ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...Object.entries(asked.properties).map(([name, schema]) => ({
        ...{ name, in: 'query', schema },
        required: asked.required?.includes(name) === true,
      })),
    ],
    ...(body === undefined ? {} : { requestBody: { content: { [JSON_TYPE]: { schema: body.json } } } }),
    responses: {
      200: { description: 'done', content: { [type]: { schema } } },
      default: {
        description: 'an error',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

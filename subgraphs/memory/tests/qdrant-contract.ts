import { existsSync, readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';

const SPECIFICATION = new URL('../../../../shared/data/qdrant/openapi.json', import.meta.url);

type Schema = { [key: string]: unknown };

interface Operation {
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
  readonly responses: Readonly<
    Record<string, { readonly content?: { readonly 'application/json': { readonly schema: Schema } } }>
  >;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}

/** What Qdrant's published contract says about one request or answer; an empty list means that it conforms. */
export interface QdrantContract {
  request(method: string, template: string, query: URLSearchParams, body: unknown): string[];
  answer(method: string, template: string, body: unknown): string[];
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * OpenAPI 3.0 as JSON Schema: `nullable` becomes the type null (a bare `{ nullable: true }` would accept anything),
 * and an object that declares its properties admits no others, so that a misspelt one is found.
 */
function toJsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(toJsonSchema);
  if (!isObject(schema)) return schema;
  const { nullable, example, discriminator, ...rest } = schema;
  if (nullable && Object.keys(rest).every((key) => key === 'description')) return { type: 'null' };
  const result: Schema = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, key === 'enum' ? value : toJsonSchema(value)]),
  );
  if (rest.type === 'object' && isObject(rest.properties) && !('additionalProperties' in rest)) {
    result.additionalProperties = false;
  }
  if (nullable && typeof rest.type === 'string') result.type = [rest.type, 'null'];
  return result;
}

/** Null where the specification is not at hand. */
export function readQdrantContract(): QdrantContract | null {
  if (!existsSync(SPECIFICATION)) return null;
  const document = JSON.parse(readFileSync(SPECIFICATION, 'utf8'));
  const paths: Record<string, Record<string, Operation>> = document.paths;
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false });
  ajv.addSchema({ $id: 'qdrant', components: { schemas: schemasOf(document) } });
  const compiled = new Map<string, ValidateFunction>();
  const check = (key: string, schema: Schema, body: unknown): string[] => {
    const validate = compiled.get(key) ?? ajv.compile(withAbsoluteReferences(toJsonSchema(schema)) as Schema);
    compiled.set(key, validate);
    return validate(body) ? [] : [`${key}: ${ajv.errorsText(validate.errors)}`];
  };
  const operation = (method: string, template: string) => paths[template]?.[method.toLowerCase()];
  return {
    request(method, template, query, body) {
      const known = operation(method, template);
      if (!known) return [`${method} ${template} is not an operation of Qdrant`];
      const names = new Set(known.parameters?.filter((each) => each.in === 'query').map(({ name }) => name));
      const unknown = [...query.keys()].filter((name) => !names.has(name));
      const schema = known.requestBody?.content['application/json'].schema;
      return [
        ...unknown.map((name) => `${method} ${template} knows no parameter ${name}`),
        ...(schema ? check(`request ${method} ${template}`, schema, body) : []),
      ];
    },
    answer(method, template, body) {
      const schema = operation(method, template)?.responses['200']?.content?.['application/json'].schema;
      return schema ? check(`answer ${method} ${template}`, schema, body) : [];
    },
  };
}

function schemasOf(document: { components: { schemas: Record<string, unknown> } }): unknown {
  return withAbsoluteReferences(toJsonSchema(document.components.schemas));
}

function withAbsoluteReferences(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"qdrant#/components/'));
}

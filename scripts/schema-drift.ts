import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import { createTemplate, type EmbeddedPostgres, PLATFORM_TABLES } from '#platform/database/index.ts';

let loaded = false;

/** The package's own loader wants a bundler. */
function loadEngine(): void {
  if (loaded) return;
  const file = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const module = new WebAssembly.Module(readFileSync(file.replace(/\.js$/, '.wasm')));
  const instance = new WebAssembly.Instance(module, { './schema_engine_bg.js': engine as never });
  engine.__wbg_set_wasm(instance.exports);
  (instance.exports as { __wbindgen_start(): void }).__wbindgen_start();
  // The engine tells here what it panicked about.
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: (text: string) => console.error(text) } });
  loaded = true;
}

const CHAR = 18;
const CHAR_ARRAY = 1002;

/**
 * The system catalogue has one-letter columns of type "char", which PrismaPg does not know and the engine expects. They
 * pass PrismaPg as arrays of characters, of which the catalogue has none, and become characters behind it.
 */
class CataloguePool extends pg.Pool {
  override query = (async (config: pg.QueryArrayConfig) => {
    const result = await super.query(config);
    for (const field of result.fields) if (field.dataTypeID === CHAR) field.dataTypeID = CHAR_ARRAY;
    return result;
  }) as pg.Pool['query'];
}

function catalogueAdapter(pool: pg.Pool, schema: string): SqlMigrationAwareDriverAdapterFactory {
  const factory = new PrismaPg(pool, { schema });
  const { CharacterArray, Character } = ColumnTypeEnum;
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    async connect() {
      const adapter = await factory.connect();
      const queryRaw = adapter.queryRaw.bind(adapter);
      adapter.queryRaw = async (query) => {
        const result = await queryRaw(query);
        const columnTypes = result.columnTypes.map((type) => (type === CharacterArray ? Character : type));
        return { ...result, columnTypes };
      };
      return adapter;
    },
    connectToShadowDb: () => Promise.reject(new Error('The comparison needs no shadow database.')),
  };
}

/**
 * The SQL that would still be needed, after a subgraph's migrations, to have what its schema.prisma says; empty when
 * they agree. The migrations are applied to an empty database of the server, and Prisma's own engine compares.
 */
export async function missingSql(
  server: EmbeddedPostgres,
  { subgraph, folder }: { readonly subgraph: string; readonly folder: string },
): Promise<string> {
  loadEngine();
  await using database = await createTemplate({
    server,
    subgraphs: [{ subgraph, directory: join(folder, 'migrations') }],
  });
  const pool = new CataloguePool({
    connectionString: database.ownerUrl,
    options: `-c search_path=${subgraph}`,
    max: 2,
  });
  try {
    const schemaEngine = await engine.SchemaEngine.new(
      { datamodels: undefined },
      () => {},
      bindMigrationAwareSqlAdapterFactory(catalogueAdapter(pool, subgraph)),
    );
    const path = join(folder, 'schema.prisma');
    const files = [{ path, content: readFileSync(path, 'utf8') }];
    const { stdout } = await schemaEngine.diff({
      from: { tag: 'schemaDatasource', files, configDir: folder },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: null,
      filters: { externalTables: PLATFORM_TABLES.map((table) => `${subgraph}.${table}`), externalEnums: [] },
    });
    const sql = (stdout ?? '').trim();
    return sql === '-- This is an empty migration.' ? '' : sql;
  } finally {
    await pool.end();
  }
}

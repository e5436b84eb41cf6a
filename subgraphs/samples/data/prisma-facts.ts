import type { Query } from '#platform/database/index.ts';
import { Prisma } from './prisma.generated/client.ts';
import type { Scope, VersionedSource } from './sample-store.ts';

const SAMPLE = Prisma.raw(`s.id, s.barcode, s.priority, s.condition, s.collected_at AS "collectedAt",
  s.received_at AS "receivedAt", s.due_at AS "dueAt", s.parent_id AS "parentId", s.client_id AS "clientId",
  s.facts_version AS "factsVersion", t.code AS type, c.code AS client, found.analyses`);

const ANALYSIS = Prisma.raw(`json_build_object('id', a.id, 'service', v.code, 'status', a.status, 'unit', a.unit,
  'assignedTo', a.assigned_to, 'replacesId', a.replaces_id, 'requiredVerifications', a.required_verifications,
  'result', r.standing, 'verifiedBy', coalesce(r.verified_by, '[]'))`);

const RESULT = Prisma.raw(`json_build_object('value', l.value, 'text', l.text, 'unit', l.unit,
  'detectionLimit', l.detection_limit, 'flags', l.flags, 'enteredBy', l.entered_by)`);

/**
 * One statement, the analyses of a sample as one column of JSON: rows of seven tables cost more to receive than to find.
 * Everything is of one snapshot, so the facts are those of their version. Which result stands, and whose verifications
 * count, is as in `loadCases`.
 * @throws Error when people of a client would see what is not released to them: the scope has to be one that decides.
 */
export async function factSourcesOf(
  query: Query,
  { organizationId, clientId, deciding }: Scope,
  ids: readonly string[],
): Promise<VersionedSource[]> {
  if (clientId !== null && !deciding) throw new Error('Facts tell what is not released: only decisions may read them.');
  const own = Prisma.sql`${organizationId}::uuid`;
  const visible = clientId === null ? Prisma.empty : Prisma.sql`AND s.client_id = ${clientId}::uuid`;
  return await query<VersionedSource>(
    Prisma.sql`SELECT ${SAMPLE}
      FROM sample s
      JOIN sample_type t ON t.organization_id = ${own} AND t.id = s.sample_type_id
      LEFT JOIN client c ON c.organization_id = ${own} AND c.id = s.client_id
      CROSS JOIN LATERAL (
        SELECT coalesce(json_agg(${ANALYSIS} ORDER BY a.position), '[]') AS analyses
        FROM analysis a
        JOIN analysis_service v ON v.organization_id = ${own} AND v.id = a.service_id
        LEFT JOIN LATERAL (
          SELECT ${RESULT} AS standing, (
            SELECT coalesce(json_agg(w.verified_by ORDER BY w.at, w.id), '[]')
            FROM verification w WHERE w.organization_id = ${own} AND w.result_id = l.id
          ) AS verified_by
          FROM result l WHERE l.organization_id = ${own} AND l.analysis_id = a.id
          ORDER BY l.sequence DESC LIMIT 1
        ) r ON true
        WHERE a.organization_id = ${own} AND a.sample_id = s.id
      ) found
      WHERE s.organization_id = ${own} AND s.id = ANY(${[...ids]}::uuid[]) ${visible}`,
    { together: true },
  );
}

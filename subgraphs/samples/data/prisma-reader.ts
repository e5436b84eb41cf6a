import { isId } from '../domain/ids.ts';
import type { SamplesTx } from './client.ts';
import { catalogueByCodes, catalogueByIds, countCatalogue, listCatalogue } from './prisma-catalogue.ts';
import { countSamples, listSamples } from './prisma-listing.ts';
import { analysisOfRow, custodyOfRow, resultOfRow, sampleOfRow } from './rows.ts';
import type { SampleReader, Scope } from './sample-store.ts';

function anyId(ids: readonly string[]): { in: string[] } {
  return { in: [...new Set(ids.filter(isId))] };
}

export function createReader(tx: SamplesTx, scope: Scope): SampleReader {
  const { organizationId, clientId } = scope;
  const ofClient = clientId === null ? {} : { clientId };
  const samples = { organizationId, ...ofClient };
  const ofSample = clientId === null ? {} : { sample: { clientId } };
  const analyses = { organizationId, ...ofSample };
  const ofAnalysis = clientId === null ? {} : { analysis: { sample: { clientId } } };
  return {
    ...readSamples(tx, scope, samples),
    ...readCustody(tx, { organizationId, ...ofSample }),
    ...readAnalyses(tx, analyses),
    async resultsOf(analysisIds) {
      const where = { organizationId, ...ofAnalysis, analysisId: anyId(analysisIds) };
      return (await tx.result.findMany({ where, orderBy: { sequence: 'asc' } })).map(resultOfRow);
    },
    async verificationsOf(analysisIds) {
      const ofResult = clientId === null ? {} : { result: ofAnalysis };
      const where = { organizationId, ...ofResult, analysisId: anyId(analysisIds) };
      const rows = await tx.verification.findMany({ where, orderBy: [{ at: 'asc' }, { id: 'asc' }] });
      return rows.map(({ organizationId: _, verifiedBy, ...row }) => ({ ...row, by: verifiedBy }));
    },
    catalogueByIds: (kind, ids) => catalogueByIds(tx, scope, kind, ids),
    catalogueByCodes: (kind, codes) => catalogueByCodes(tx, scope, kind, codes),
    listCatalogue: (kind, page) => listCatalogue(tx, scope, kind, page),
    countCatalogue: (kind) => countCatalogue(tx, scope, kind),
  };
}

type Samples = Pick<SampleReader, 'samplesByIds' | 'childrenOf' | 'listSamples' | 'countSamples'>;

function readSamples(tx: SamplesTx, scope: Scope, visible: { organizationId: string; clientId?: string }): Samples {
  return {
    async samplesByIds(ids) {
      return (await tx.sample.findMany({ where: { ...visible, id: anyId(ids) } })).map(sampleOfRow);
    },
    async childrenOf(parentIds) {
      const where = { ...visible, parentId: anyId(parentIds) };
      return (await tx.sample.findMany({ where, orderBy: [{ registeredAt: 'asc' }, { id: 'asc' }] })).map(sampleOfRow);
    },
    listSamples: (filter, page) => listSamples(tx, scope, filter, page),
    countSamples: (filter) => countSamples(tx, scope, filter),
  };
}

interface OfSample {
  organizationId: string;
  sample?: { clientId: string };
}

function readCustody(tx: SamplesTx, visible: OfSample): Pick<SampleReader, 'custodyOf' | 'countCustody'> {
  return {
    async custodyOf(sampleId, { after, limit }) {
      const behind = after && { OR: [{ at: { gt: after.at } }, { at: after.at, id: { gt: after.id } }] };
      const where = { ...visible, sampleId, ...behind };
      const rows = await tx.custodyEntry.findMany({ where, orderBy: [{ at: 'asc' }, { id: 'asc' }], take: limit });
      return rows.map(custodyOfRow);
    },
    countCustody: (sampleId) => tx.custodyEntry.count({ where: { ...visible, sampleId } }),
  };
}

type Analyses = Pick<SampleReader, 'analysesByIds' | 'analysesOf' | 'repeatsOf'>;

function readAnalyses(tx: SamplesTx, visible: OfSample): Analyses {
  return {
    async analysesByIds(ids) {
      return (await tx.analysis.findMany({ where: { ...visible, id: anyId(ids) } })).map(analysisOfRow);
    },
    async analysesOf(sampleIds) {
      const where = { ...visible, sampleId: anyId(sampleIds) };
      return (await tx.analysis.findMany({ where, orderBy: { position: 'asc' } })).map(analysisOfRow);
    },
    async repeatsOf(analysisIds) {
      return (await tx.analysis.findMany({ where: { ...visible, replacesId: anyId(analysisIds) } })).map(analysisOfRow);
    },
  };
}

import type { Connection, Edge } from '#platform/graphql/index.ts';
import type { AnalysisRefusalCode, Retraction, VerificationRefusalCode } from './domain/analysis.ts';
import type { ReceptionRefusalCode } from './domain/reception.ts';
import type { SampleRefusalCode } from './domain/registration.ts';
import type { ResultRefusalCode } from './domain/result-entry.ts';
import type {
  Analysis,
  AnalysisService,
  Client,
  CustodyEntry,
  Result,
  Sample,
  SamplePoint,
  SampleType,
  Verification,
} from './domain/types.ts';
import type { Done, Outcomes, Refused } from './service/outcome.ts';
import type { SampleFacts } from './service/sample-facts.ts';

export type SampleMapper = Sample;
export type SampleTypeMapper = SampleType;
export type ClientMapper = Client;
export type SamplePointMapper = SamplePoint;
export type AnalysisServiceMapper = AnalysisService;
export type AnalysisMapper = Analysis;
export type ResultMapper = Result;
export type RetractionMapper = Retraction;
export type VerificationMapper = Verification;
export type CustodyEntryMapper = CustodyEntry;
export type SampleFactsMapper = SampleFacts;

export type SampleConnectionMapper = Connection<Sample>;
export type SampleEdgeMapper = Edge<Sample>;
export type CustodyConnectionMapper = Connection<CustodyEntry>;
export type CustodyEdgeMapper = Edge<CustodyEntry>;
export type ClientConnectionMapper = Connection<Client>;
export type ClientEdgeMapper = Edge<Client>;
export type SamplePointConnectionMapper = Connection<SamplePoint>;
export type SamplePointEdgeMapper = Edge<SamplePoint>;
export type AnalysisServiceConnectionMapper = Connection<AnalysisService>;
export type AnalysisServiceEdgeMapper = Edge<AnalysisService>;

export type RegisterSamplesPayloadMapper = Outcomes<SampleRefusalCode>;
export type SampleRegisteredMapper = Done;
export type SampleRefusedMapper = Refused<SampleRefusalCode>;
export type ReceiveSamplesPayloadMapper = Outcomes<ReceptionRefusalCode>;
export type SampleReceivedMapper = Done;
export type ReceptionRefusedMapper = Refused<ReceptionRefusalCode>;
export type SubmitResultsPayloadMapper = Outcomes<ResultRefusalCode>;
export type ResultSubmittedMapper = Done;
export type ResultRefusedMapper = Refused<ResultRefusalCode>;
export type VerifyAnalysesPayloadMapper = Outcomes<VerificationRefusalCode>;
export type AnalysisVerifiedMapper = Done;
export type VerificationRefusedMapper = Refused<VerificationRefusalCode>;
export type ChangeAnalysesPayloadMapper = Outcomes<AnalysisRefusalCode>;
export type AnalysisChangedMapper = Done;
export type AnalysisRefusedMapper = Refused<AnalysisRefusalCode>;

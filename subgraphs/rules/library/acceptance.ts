import type { LibraryModule } from './module.ts';

/** When a sample may be accepted into the laboratory. */
export const ACCEPTANCE: LibraryModule = {
  capability: 'core',
  rules: [
    {
      id: 'core.duplicate_barcode',
      label: 'Two samples never share a barcode',
      text: 'sample_defect(S, duplicate_barcode) :- barcode(S, B), barcode(T, B), S \\== T.',
    },
    {
      id: 'core.bad_condition',
      label: 'A sample arrives intact',
      text: 'sample_defect(S, bad_condition(C)) :- condition(S, C), C \\== intact.',
    },
    {
      id: 'core.no_collection_time',
      label: 'The time of collection is known',
      text: 'sample_defect(S, no_collection_time) :- sample(S), \\+ collected_at(S, _).',
    },
    {
      id: 'core.collected_in_future',
      label: 'A sample was collected in the past',
      text: 'sample_defect(S, collected_in_future) :- collected_at(S, C), now(N), C > N.',
    },
    {
      id: 'core.received_before_taken',
      label: 'A sample is received after it was collected',
      text: 'sample_defect(S, received_before_taken) :- collected_at(S, C), received_at(S, R), R < C.',
    },
    {
      id: 'core.sample_valid',
      label: 'A sample without a defect is valid',
      text: 'sample_valid(S) :- sample(S), \\+ sample_defect(S, _).',
    },
  ],
  reasons: {
    'duplicate_barcode/0': {
      code: 'DUPLICATE_BARCODE',
      message: 'Another sample carries the same barcode: relabel one of the two and correct its record.',
      missing: [],
    },
    'bad_condition/1': {
      code: 'BAD_CONDITION',
      message:
        'The sample arrived in the condition "{1}": reject it, or let a laboratory manager approve the deviation.',
      missing: ['deviation_approved({sample})'],
    },
    'no_collection_time/0': {
      code: 'NO_COLLECTION_TIME',
      message: 'The time of collection is not recorded: enter it, or let a laboratory manager approve the deviation.',
      missing: ['collected_at({sample},_)'],
    },
    'collected_in_future/0': {
      code: 'COLLECTED_IN_FUTURE',
      message: 'The time of collection lies in the future: correct it.',
      missing: [],
    },
    'received_before_taken/0': {
      code: 'RECEIVED_BEFORE_TAKEN',
      message: 'The sample was received before it was collected: correct one of the two times.',
      missing: [],
    },
  },
};

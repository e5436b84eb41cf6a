import type { LibraryModule } from './module.ts';

/** Labels, storage and temperature. */
export const CUSTODY: LibraryModule = {
  capability: 'custody',
  rules: [
    {
      id: 'custody.no_barcode',
      label: 'A sample carries a barcode',
      text: 'sample_defect(S, no_barcode) :- sample(S), \\+ barcode(S, _).',
    },
    {
      id: 'custody.label_not_verified',
      label: 'The label was checked against the record',
      text: 'sample_defect(S, label_not_verified) :- sample(S), \\+ label_verified(S).',
    },
    {
      id: 'custody.storage',
      label: 'A sample is stored as its type requires',
      text: 'sample_defect(S, storage) :- sample(S), \\+ storage_ok(S).',
    },
    {
      id: 'custody.temp_excursion',
      label: 'A reading outside the range of storage is an excursion',
      text: `temp_excursion(S) :- sample_type(S, T), storage_req(T, Lo, _), storage_reading(S, X, _), X < Lo.
temp_excursion(S) :- sample_type(S, T), storage_req(T, _, Hi), storage_reading(S, X, _), X > Hi.`,
    },
    {
      id: 'custody.location_full',
      label: 'A location holds no more than its capacity',
      text: 'location_full_for(S) :- in_location(S, L), location_capacity(L, Cap), findall(Q, in_location(Q, L), Qs), length(Qs, K), K > Cap.',
    },
    {
      id: 'custody.storage_ok',
      label: 'Storage is in order without excursion and within capacity',
      text: 'storage_ok(S) :- sample(S), \\+ temp_excursion(S), \\+ location_full_for(S).',
    },
  ],
  reasons: {
    'no_barcode/0': {
      code: 'NO_BARCODE',
      message: 'The sample carries no barcode: label it and enter the barcode.',
      missing: ['barcode({sample},_)'],
    },
    'label_not_verified/0': {
      code: 'LABEL_NOT_VERIFIED',
      message: 'The label was not checked against the record: check it.',
      missing: ['label_verified({sample})'],
    },
    'storage/0': {
      code: 'STORAGE',
      message:
        'The sample was stored outside its range, or its location is over capacity: let a laboratory manager decide.',
      missing: ['deviation_approved({sample})'],
    },
  },
};

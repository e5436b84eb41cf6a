import { CUSTODY } from './custody.ts';
import { testModule } from './testing.ts';

const COLD = 'sample(s1). sample_type(s1, water). storage_req(water, 2, 8).';
const SHELF = 'sample(s1). in_location(s1, f1). in_location(s2, f1).';

testModule(CUSTODY, {
  'custody.no_barcode': {
    goal: 'sample_defect(s1, no_barcode)',
    holds: 'sample(s1). barcode(s2, b2).',
    not: 'sample(s1). barcode(s1, b1).',
  },
  'custody.label_not_verified': {
    goal: 'sample_defect(s1, label_not_verified)',
    holds: 'sample(s1).',
    not: 'sample(s1). label_verified(s1).',
  },
  'custody.storage': {
    goal: 'sample_defect(s1, storage)',
    holds: [`${COLD} storage_reading(s1, 9, 100).`, `${SHELF} location_capacity(f1, 1).`],
    not: [`${COLD} storage_reading(s1, 8, 100).`, `${SHELF} location_capacity(f1, 2).`],
  },
  'custody.temp_excursion': {
    goal: 'temp_excursion(s1)',
    holds: [`${COLD} storage_reading(s1, 1.9, 100).`, `${COLD} storage_reading(s1, 8.1, 100).`],
    not: [`${COLD} storage_reading(s1, 2, 100). storage_reading(s1, 8, 101).`, COLD],
  },
  'custody.location_full': {
    goal: 'location_full_for(s1)',
    holds: `${SHELF} location_capacity(f1, 1).`,
    not: [`${SHELF} location_capacity(f1, 2).`, SHELF],
  },
  'custody.storage_ok': {
    goal: 'storage_ok(s1)',
    holds: `${COLD} storage_reading(s1, 4, 100).`,
    not: [`${COLD} storage_reading(s1, 12, 100).`, `${SHELF} location_capacity(f1, 1).`],
  },
});

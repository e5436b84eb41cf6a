import { ACCEPTANCE } from './acceptance.ts';
import { testModule } from './testing.ts';

testModule(ACCEPTANCE, {
  'core.duplicate_barcode': {
    goal: 'sample_defect(s1, duplicate_barcode)',
    holds: 'barcode(s1, b1). barcode(s2, b1).',
    not: 'barcode(s1, b1). barcode(s2, b2).',
  },
  'core.bad_condition': {
    goal: 'sample_defect(s1, bad_condition(leaking))',
    holds: 'condition(s1, leaking).',
    not: ['condition(s1, intact).', ''],
  },
  'core.no_collection_time': {
    goal: 'sample_defect(s1, no_collection_time)',
    holds: 'sample(s1).',
    not: 'sample(s1). collected_at(s1, 100).',
  },
  'core.collected_in_future': {
    goal: 'sample_defect(s1, collected_in_future)',
    holds: 'collected_at(s1, 101). now(100).',
    not: 'collected_at(s1, 100). now(100).',
  },
  'core.received_before_taken': {
    goal: 'sample_defect(s1, received_before_taken)',
    holds: 'collected_at(s1, 101). received_at(s1, 100).',
    not: 'collected_at(s1, 100). received_at(s1, 100).',
  },
  'core.sample_valid': {
    goal: 'sample_valid(s1)',
    holds:
      'sample(s1). collected_at(s1, 100). received_at(s1, 101). now(102). condition(s1, intact). barcode(s1, b1). label_verified(s1).',
    not: [
      'sample(s1). collected_at(s1, 100). received_at(s1, 101). now(102). condition(s1, warm). barcode(s1, b1). label_verified(s1).',
      'sample(s1). received_at(s1, 101). now(102). barcode(s1, b1). label_verified(s1).',
    ],
  },
});

import { expect, test } from 'vitest';
import { categoryOf } from './categories.ts';

test.each([
  ['Sample-Routine', 'ROUTINE'],
  ['Sample-Integrated Vertical Profile', 'ROUTINE'],
  ['Field Msr/Obs', 'ROUTINE'],
  ['', 'ROUTINE'],
  ['Quality Control Sample-Field Blank', 'FIELD_BLANK'],
  ['Quality Control Sample-Trip Blank', 'FIELD_BLANK'],
  ['Quality Control Sample-Equipment Blank', 'EQUIPMENT_BLANK'],
  ['Quality Control Field Sample Equipment Rinsate Blank', 'EQUIPMENT_BLANK'],
  ['Quality Control Sample-Lab Blank', 'LABORATORY_BLANK'],
  ['Quality Control Sample-Reagent Blank', 'LABORATORY_BLANK'],
  ['Quality Control Sample-Field Replicate', 'FIELD_REPLICATE'],
  ['Quality Control Sample-Blind Duplicate', 'FIELD_REPLICATE'],
  ['Quality Control Sample-Inter-lab Split', 'FIELD_REPLICATE'],
  ['Quality Control Sample-Lab Duplicate', 'LABORATORY_DUPLICATE'],
  ['Quality Control Sample-Lab Matrix Spike Duplicate', 'SPIKE'],
  ['Quality Control Sample-Lab Control Sample/Blank Spike', 'SPIKE'],
  ['Quality Control Sample-Reference Sample', 'REFERENCE_MATERIAL'],
  ['Quality Control Sample-Lab Control Standard Duplicate', 'REFERENCE_MATERIAL'],
  ['Quality Control Sample-Other', null],
])('%s is %s', (type, category) => {
  expect(categoryOf(type)).toBe(category);
});

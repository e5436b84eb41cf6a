import { testModule } from './testing.ts';
import { WORKSHEETS } from './worksheets.ts';

const ANA = 'user_active(ana). role(ana, analyst). now(100). requires_skill(lead, icp).';

testModule(WORKSHEETS, {
  'worksheets.skill_valid': {
    goal: 'skill_valid(ana, icp, 100)',
    holds: 'has_skill(ana, icp, 100).',
    not: 'has_skill(ana, icp, 99).',
  },
  'worksheets.missing_skill': {
    goal: 'missing_skill(ana, lead, 100)',
    holds: 'requires_skill(lead, icp). has_skill(ana, icp, 99).',
    not: ['requires_skill(lead, icp). has_skill(ana, icp, 100).', ''],
  },
  'worksheets.analyst_qualified': {
    goal: 'analyst_qualified(ana, lead)',
    holds: `${ANA} has_skill(ana, icp, 200).`,
    not: [
      ANA,
      'user_active(ana). role(ana, verifier). now(100). requires_skill(lead, icp). has_skill(ana, icp, 200).',
      'role(ana, analyst). now(100). requires_skill(lead, icp). has_skill(ana, icp, 200).',
    ],
  },
  'worksheets.unassigned': {
    goal: 'blocker(s1, processing, unassigned(a1))',
    holds: 'analysis(a1, s1, lead).',
    not: ['analysis(a1, s1, lead). assigned_to(a1, ana).', 'analysis(a1, s1, lead). analysis_status(a1, cancelled).'],
  },
  'worksheets.unqualified': {
    goal: 'blocker(s1, processing, unqualified(ana, lead))',
    holds: `analysis(a1, s1, lead). assigned_to(a1, ana). ${ANA}`,
    not: [
      `analysis(a1, s1, lead). assigned_to(a1, ana). ${ANA} has_skill(ana, icp, 200).`,
      `analysis(a1, s1, lead). analysis_status(a1, rejected). assigned_to(a1, ana). ${ANA}`,
    ],
  },
});

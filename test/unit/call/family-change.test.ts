import { tellFamilyChanges } from './family-change.ts';

tellFamilyChanges(async () => 'embedded');

import { tellLateOffers } from './late-offers.ts';

tellLateOffers(async () => 'embedded');

// What every page does in the browser: links, forms, dialogs, live updates, notices. A page is whole without it.

import './bridge.js';
import { startCopying } from './copy';
import { startForms } from './forms';
import { startIslands } from './islands';
import { startLate } from './late';
import { startLive } from './live';
import { startNotices } from './notices';
import { startParts } from './parts';
import { startHistory } from './visit';

startNotices();
startHistory();
startForms();
startCopying();
startParts();
startLive();
startLate();
startIslands();
// Style sheets and tests can tell a page that reacts from one that does not yet.
document.documentElement.setAttribute('data-hydrated', '');

// Which Chromium, and how it is started: alike for tests and for the bench, which needs a quiet one all the more.
export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-dev-shm-usage', // containers have 64 MB of it
  '--disable-extensions',
  '--disable-sync',
  '--mute-audio',
  '--password-store=basic',
  // A page that nobody looks at runs as fast as one in front.
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  // Chromium loads the address bar's own pages just when ours begins, and keeps a core busy for half a second with them.
  '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup',
];

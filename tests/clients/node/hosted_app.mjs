// The app under test: aws-amplify 6 as a single-page app uses it. Each button does one thing and writes JSON to the page.
import { Amplify } from 'aws-amplify';
import 'aws-amplify/auth/enable-oauth-listener';
import * as auth from 'aws-amplify/auth';
import { Hub } from 'aws-amplify/utils';

const { fetchAuthSession, fetchUserAttributes, getCurrentUser, signInWithRedirect, signOut } = auth;

// For steps that the driver takes one by one; a TOTP set-up's own method does not survive the way out of the page.
window.call = async (name, input) => {
  const output = await auth[name](input);
  return JSON.parse(JSON.stringify(output ?? null));
};

const write = (id, value) => {
  document.getElementById(id).textContent = JSON.stringify(value);
};
const failed = (error) => write('error', { name: error.name, message: error.message });

Hub.listen('auth', ({ payload }) => {
  if (payload.event === 'signInWithRedirect') show().catch(failed);
  if (payload.event === 'signInWithRedirect_failure') failed(payload.data?.error ?? { name: 'failure', message: '' });
});
Amplify.configure(CONFIG);

async function show() {
  const user = await getCurrentUser();
  const session = await fetchAuthSession({ forceRefresh: true });
  write('user', {
    username: user.username,
    identityId: session.identityId,
    credentials: session.credentials,
    claims: session.tokens.idToken.payload,
    scope: session.tokens.accessToken.payload.scope,
    attributes: await fetchUserAttributes(),
  });
}

const buttons = {
  guest: async () => {
    const session = await fetchAuthSession();
    write('guest-session', { identityId: session.identityId, credentials: session.credentials });
  },
  signin: () => signInWithRedirect({ customState: 'from=test' }),
  google: () => signInWithRedirect({ provider: 'Google' }),
  signout: () => signOut(),
};
for (const [id, act] of Object.entries(buttons)) {
  document.getElementById(id).addEventListener('click', () => act().catch(failed));
}
write('ready', true);

// Drives the sign-in libraries by lines of JSON: {"call": name, "args": [...]} -> {"ok": ...} or {"error": {name, message}}.
// argv[2] is the library: v6 (aws-amplify 6), v5 (aws-amplify 5) or identity-js (amazon-cognito-identity-js).
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

globalThis.navigator ??= { userAgent: "tests/1" };
const require = createRequire(import.meta.url);

async function v6() {
  const { Amplify } = await import("aws-amplify");
  const auth = await import("aws-amplify/auth");
  return { ...auth, configure: (config) => Amplify.configure(config) };
}

function v5() {
  const { Auth } = require("aws-amplify-5");
  const users = {};
  const kept = (name) => (user) => ((users[name] = user), { challenge: user.challengeName ?? null });
  return {
    configure: (config) => void Auth.configure(config),
    signUp: (given) => Auth.signUp(given).then((made) => ({ confirmed: made.userConfirmed, sub: made.userSub })),
    confirmSignUp: (name, code) => Auth.confirmSignUp(name, code),
    signIn: (name, password) => Auth.signIn(name, password).then(kept(name)),
    confirmSignIn: (name, code, kind) => Auth.confirmSignIn(users[name], code, kind).then(() => "OK"),
    setUpTOTP: async () => Auth.setupTOTP(await Auth.currentAuthenticatedUser()),
    verifyTotpToken: async (code) => Auth.verifyTotpToken(await Auth.currentAuthenticatedUser(), code).then(() => "OK"),
    setPreferredMFA: async (kind) => Auth.setPreferredMFA(await Auth.currentAuthenticatedUser(), kind),
    session: async () => (await Auth.currentSession()).getAccessToken().payload,
    refresh: async () => {
      const user = await Auth.currentAuthenticatedUser();
      const token = user.getSignInUserSession().getRefreshToken();
      return new Promise((done, fail) =>
        user.refreshSession(token, (error, made) => (error ? fail(error) : done(made.getAccessToken().payload))),
      );
    },
    changePassword: async (old, next) => Auth.changePassword(await Auth.currentAuthenticatedUser(), old, next),
    attributes: async () => (await Auth.userAttributes(await Auth.currentAuthenticatedUser())).map((one) => one.Name),
    forgotPassword: (name) => Auth.forgotPassword(name).then((told) => told.CodeDeliveryDetails),
    forgotPasswordSubmit: (name, code, password) => Auth.forgotPasswordSubmit(name, code, password),
    completeNewPassword: (name, password) => Auth.completeNewPassword(users[name], password, {}).then(() => "OK"),
    signOut: (given) => Auth.signOut(given),
    deleteUser: () => Auth.deleteUser(),
  };
}

function identityJs() {
  const { CognitoUserPool, CognitoUser, AuthenticationDetails, CognitoUserAttribute } = require("amazon-cognito-identity-js");
  let pool, user;
  const named = (name) => (user = new CognitoUser({ Username: name, Pool: pool }));
  const promised = (call) =>
    new Promise((done, fail) => call((error, result) => (error ? fail(error) : done(result ?? "OK"))));
  return {
    configure: (config) => void (pool = new CognitoUserPool(config)),
    signUp: (name, password, email) =>
      promised((then) => pool.signUp(name, password, [new CognitoUserAttribute({ Name: "email", Value: email })], null, then)).then(
        (made) => made.userSub,
      ),
    confirm: (name, code) => promised((then) => named(name).confirmRegistration(code, true, then)),
    signIn: (name, password) =>
      new Promise((done, fail) =>
        named(name).authenticateUser(new AuthenticationDetails({ Username: name, Password: password }), {
          onSuccess: (session) => done(session.getAccessToken().payload),
          onFailure: fail,
          newPasswordRequired: (attributes, required) => done({ newPassword: { attributes, required } }),
          totpRequired: (challenge) => done({ challenge }),
        }),
      ),
    newPassword: (password) =>
      new Promise((done, fail) =>
        user.completeNewPasswordChallenge(password, {}, { onSuccess: (made) => done(made.getAccessToken().payload), onFailure: fail }),
      ),
    refresh: () =>
      promised((then) => user.refreshSession(user.getSignInUserSession().getRefreshToken(), then)).then(
        (made) => made.getAccessToken().payload,
      ),
    rememberDevice: () =>
      new Promise((done, fail) => user.setDeviceStatusRemembered({ onSuccess: done, onFailure: fail })),
    signOut: () => promised((then) => user.signOut(() => then(null))),
  };
}

const library = await { v6, v5, "identity-js": identityJs }[process.argv[2]]();
for await (const line of createInterface({ input: process.stdin })) {
  const { call, args } = JSON.parse(line);
  let told;
  try {
    told = { ok: (await library[call](...args)) ?? null };
  } catch (error) {
    told = { error: { name: error.name ?? error.code, message: error.message } };
  }
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
process.exit(0);

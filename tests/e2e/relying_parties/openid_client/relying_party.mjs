// A relying party made with openid-client: each line read is a step `{"do": …}`, each line written what came of it.
// Everything that the library checks stays on, and signatures of id_tokens are checked wherever they came from.

import { createInterface } from 'node:readline'
import * as client from 'openid-client'

const KEYS = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
  'RSA-OAEP-256': { name: 'RSA-OAEP', hash: 'SHA-256' },
  'ECDH-ES': { name: 'ECDH', namedCurve: 'P-256' },
}
const USAGES = { 'RSA-OAEP-256': ['decrypt'], 'ECDH-ES': ['deriveBits'] }
const FLOWS = { id_token: client.useIdTokenResponseType, 'code id_token': client.useCodeIdTokenResponseType }

let config, flow, signingKey // as set by `discover` or `register`
let asked // the authorization request that is under way
let waiting // the device authorization that is under way
let tokens // what the last token response held

const privateKey = async ({ alg, jwk }) => ({
  key: await crypto.subtle.importKey('jwk', jwk, KEYS[alg], false, USAGES[alg] ?? ['sign']),
  kid: jwk.kid,
})

const authentication = async ({ method, secret, key }) =>
  ({
    client_secret_basic: () => client.ClientSecretBasic(secret),
    client_secret_post: () => client.ClientSecretPost(secret),
    client_secret_jwt: () => client.ClientSecretJwt(secret),
    private_key_jwt: () => client.PrivateKeyJwt(signingKey),
    none: () => client.None(),
  })[method]?.()

const options = () => ({
  execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks, ...(FLOWS[flow] ? [FLOWS[flow]] : [])],
})

const steps = {
  async discover({ issuer, client_id, metadata, use, key, ...how }) {
    flow = use
    signingKey = key && (await privateKey(key))
    config = await client.discovery(new URL(issuer), client_id, metadata, await authentication(how), options())
    return config.serverMetadata()
  },

  async register({ issuer, metadata, use, key, ...how }) {
    flow = use
    signingKey = key && (await privateKey(key))
    config = await client.dynamicClientRegistration(new URL(issuer), metadata, await authentication(how), {
      ...options(),
      initialAccessToken: how.initial_access_token,
    })
    return config.clientMetadata()
  },

  async decrypt({ key }) {
    client.enableDecryptingResponses(config, ['A256GCM'], await privateKey(key))
  },

  async request({ parameters, signed }) {
    asked = { verifier: client.randomPKCECodeVerifier(), state: client.randomState(), nonce: client.randomNonce() }
    const all = { ...parameters, state: asked.state, nonce: asked.nonce }
    asked.max_age = parameters.max_age && Number(parameters.max_age)
    if (flow !== 'id_token') {
      all.code_challenge = await client.calculatePKCECodeChallenge(asked.verifier)
      all.code_challenge_method = 'S256'
    }
    if (signed) return (await client.buildAuthorizationUrlWithJAR(config, all, signingKey)).href
    return client.buildAuthorizationUrl(config, all).href
  },

  async answer({ url, form }) {
    const current = new URL(url)
    const checks = { expectedState: asked.state, maxAge: asked.max_age }
    if (flow === 'id_token') {
      return { claims: await client.implicitAuthentication(config, current, asked.nonce, checks) }
    }
    const posted = form && new Request(url, { method: 'POST', body: new URLSearchParams(form) })
    tokens = await client.authorizationCodeGrant(config, posted ?? current, {
      ...checks,
      expectedNonce: asked.nonce,
      pkceCodeVerifier: asked.verifier,
      idTokenExpected: true,
    })
    return { claims: tokens.claims(), tokens }
  },

  async device({ parameters }) {
    return (waiting = await client.initiateDeviceAuthorization(config, parameters))
  },

  async poll({ interval }) {
    tokens = await client.pollDeviceAuthorizationGrant(config, { ...waiting, interval })
    return { claims: tokens.claims(), tokens }
  },

  async refresh() {
    tokens = await client.refreshTokenGrant(config, tokens.refresh_token)
    return { claims: tokens.claims(), tokens }
  },

  userinfo: ({ sub }) => client.fetchUserInfo(config, tokens.access_token, sub),
  introspect: ({ token }) => client.tokenIntrospection(config, token),
  revoke: ({ token }) => client.tokenRevocation(config, token),
  logout_url: ({ parameters }) =>
    client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, ...parameters }).href,
}

for await (const line of createInterface({ input: process.stdin })) {
  const step = JSON.parse(line)
  let outcome
  try {
    outcome = { result: (await steps[step.do](step)) ?? null }
  } catch (error) {
    outcome = { error: [error.code, error.error, error.message, error.cause?.message, error.error_description].join(' ') }
  }
  console.log(JSON.stringify(outcome))
}

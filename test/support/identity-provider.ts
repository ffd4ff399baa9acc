/** An identity provider with which users sign in, as ELB and templates name its parts. */
export const IDENTITY_PROVIDER = {
  Issuer: 'https://idp.example.com',
  AuthorizationEndpoint: 'https://idp.example.com/authorize',
  TokenEndpoint: 'https://idp.example.com/token',
  UserInfoEndpoint: 'https://idp.example.com/userinfo',
  ClientId: 'client',
} as const;

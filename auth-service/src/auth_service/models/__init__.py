"""The stored documents, and nothing else: what is kept, under which id, and when it goes away.

No bearer secret is stored: tokens, codes and cookies are known by their SHA-256 (`models.secret`).
"""

from auth_service.models.access_token import AccessToken
from auth_service.models.authorization_code import AuthorizationCode
from auth_service.models.authorization_request import AuthorizationRequest
from auth_service.models.client import Client, ClientSecret
from auth_service.models.device_code import DeviceCode
from auth_service.models.grant import Grant
from auth_service.models.initial_access_token import InitialAccessToken
from auth_service.models.logout_delivery import LogoutDelivery
from auth_service.models.rate_limit import RateLimit
from auth_service.models.refresh_token import RefreshToken
from auth_service.models.server_secret import ServerSecret
from auth_service.models.session import Session
from auth_service.models.signing_key import SigningKey
from auth_service.models.used_jti import UsedJti
from auth_service.models.user import User

DOCUMENTS = (
    AccessToken,
    AuthorizationCode,
    AuthorizationRequest,
    Client,
    DeviceCode,
    Grant,
    InitialAccessToken,
    LogoutDelivery,
    RateLimit,
    RefreshToken,
    ServerSecret,
    Session,
    SigningKey,
    UsedJti,
    User,
)

__all__ = [
    "DOCUMENTS",
    "AccessToken",
    "AuthorizationCode",
    "AuthorizationRequest",
    "Client",
    "ClientSecret",
    "DeviceCode",
    "Grant",
    "InitialAccessToken",
    "LogoutDelivery",
    "RateLimit",
    "RefreshToken",
    "ServerSecret",
    "Session",
    "SigningKey",
    "UsedJti",
    "User",
]

/** Path of the IAM roles that the handlers make: by it their permissions to change roles are limited to these. */
export const ROLE_PATH = '/org-ecs-express/';

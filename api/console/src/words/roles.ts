// What the roles are called.
export const ROLES: Record<string, string> = {
  agent: "Atendente",
  supervisor: "Supervisão",
  manager: "Gerência",
  director: "Diretoria",
  analyst: "Análise",
  auditor: "Auditoria",
  admin: "Administração",
  dpo: "Encarregado de dados",
  service: "Programa",
};

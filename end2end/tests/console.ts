// The console as its users know it: pages, fields and buttons by their names. Every selector that two tests share stands here.
import { expect, type Locator, type Page } from "@playwright/test";
import { admin, theatre } from "./theatre";

export interface Draft {
  name: string;
  cidr: string;
}

/** A name and an address range that no other environment of this run has. */
export function draft(prefix: string, serial: number): Draft {
  const block = serial % 16;
  return { name: `${prefix}-${serial}`, cidr: `10.${65 + (Math.floor(serial / 16) % 180)}.${block * 16}.0/20` };
}

export class Console {
  constructor(readonly page: Page) {}

  // --- signing in ---

  async signIn(email: string = admin.email, password: string = admin.password): Promise<void> {
    await this.page.goto("/sign-in");
    await this.fillSignIn(email, password);
    await expect(this.page).toHaveURL(/\/environments/);
  }

  async fillSignIn(email: string, password: string): Promise<void> {
    await this.page.getByLabel("Email").fill(email);
    await this.page.getByLabel("Password", { exact: true }).fill(password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
  }

  async signOut(): Promise<void> {
    await this.page.getByRole("button", { name: "Sign out" }).click();
    await expect(this.page).toHaveURL(/\/sign-in/);
  }

  // --- the create form ---

  field(name: string): Locator {
    return this.page.getByLabel(name, { exact: true });
  }

  get review(): Locator {
    return this.page.getByRole("button", { name: "Review the plan" });
  }

  /** The plan has it twice: beside the summary, and below everything. */
  get createButton(): Locator {
    return this.page.getByRole("button", { name: "Create environment" }).first();
  }

  async openForm(): Promise<void> {
    await this.page.goto("/environments/new");
    await expect(this.page.getByRole("heading", { level: 1, name: "New environment" })).toBeVisible();
  }

  /** Types what has no default: the rest is sensible already. */
  async fillForm(what: Draft): Promise<void> {
    await this.field("Name").fill(what.name);
    await this.field("VPC range").fill(what.cidr);
    await this.field("API key").fill("sk-not-a-real-key");
  }

  async toPlan(): Promise<void> {
    await this.review.click();
    await expect(this.page).toHaveURL(/\/environments\/new\/[0-9a-f-]+\/plan$/);
  }

  /** From the plan to the operation's page; its address is returned. */
  async create(): Promise<string> {
    await this.createButton.click();
    await expect(this.page).toHaveURL(/\/operations\/[0-9a-f-]+$/);
    return this.page.url();
  }

  /** The whole way to a running operation. */
  async startCreating(what: Draft): Promise<string> {
    await this.openForm();
    await this.fillForm(what);
    await this.toPlan();
    return this.create();
  }

  /** Waits until the operation of this page has ended, and how. */
  async expectOutcome(outcome: "Succeeded" | "Failed", minutes = 1.5): Promise<void> {
    await expect(this.page.getByRole("status").filter({ hasText: outcome })).toBeVisible({ timeout: minutes * 60_000 });
  }

  // --- an environment ---

  async openEnvironment(name: string): Promise<void> {
    await this.page.goto("/environments");
    await this.page.getByRole("link", { name, exact: true }).click();
    await expect(this.page.getByRole("heading", { level: 1, name })).toBeVisible();
  }

  /** A tab of an environment's page. */
  tab(name: string): Locator {
    return this.page.getByRole("navigation", { name: "Parts of the environment" }).getByRole("link", { name, exact: true });
  }

  /** From an environment's settings to the operation that deletes it; its address is returned. */
  async startDeleting(name: string): Promise<string> {
    await this.openEnvironment(name);
    await this.page.getByRole("link", { name: "Settings" }).click();
    await this.deleteName.fill(name);
    await this.deleteButton.click();
    await expect(this.page).toHaveURL(/\/operations\/[0-9a-f-]+$/);
    return this.page.url();
  }

  get deleteName(): Locator {
    return this.page.getByLabel(/^Type the name .* to confirm$/);
  }

  get deleteButton(): Locator {
    return this.page.getByRole("button", { name: "Delete environment" });
  }

  /** The word beside the name of the environment of this page. */
  async expectState(word: string, seconds = 15): Promise<void> {
    await expect(this.page.getByRole("main").getByText(word, { exact: true }).first()).toBeVisible({ timeout: seconds * 1000 });
  }

  row(name: string): Locator {
    return this.page.getByRole("row").filter({ has: this.page.getByRole("link", { name, exact: true }) });
  }
}

/** The banner that says that this is not real AWS. */
export function sandboxBanner(page: Page): Locator {
  return page.getByText(`Not real AWS: every call goes to ${new URL(theatre.awsEndpoint).host}`);
}

"""A twin of each project for drafts and their test interviews; acceptances of published forms."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        'ALTER TABLE projects ADD COLUMN test_of INTEGER '
        'CONSTRAINT fk_projects_test_of_projects REFERENCES projects (id)'
    )
    op.create_index('ix_projects_test_of', 'projects', ['test_of'], unique=True)
    op.add_column('instruments', sa.Column('accepted', sa.JSON(), nullable=False, server_default='{}'))


def downgrade() -> None:
    op.drop_column('instruments', 'accepted')
    op.drop_index('ix_projects_test_of', 'projects')
    op.drop_column('projects', 'test_of')

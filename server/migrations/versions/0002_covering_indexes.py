"""Indexes that answer the counts of the Today and Progress pages without reading sheets and units."""

from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

REVIEW = (
    *('project_id', 'current', 'quarantine', 'review_state', 'disposition'),
    *('unit_key', 'enumerator_id', 'received_at'),
)

PROGRESS = (
    *('project_id', 'psu', 'assigned_to_id', 'visits', 'disposition', 'last_visit_at'),
    *('region', 'stratum'),
)


def upgrade() -> None:
    op.drop_index('ix_units_progress', 'units')
    op.create_index('ix_units_progress', 'units', list(PROGRESS))
    op.drop_index('ix_submissions_unit', 'submissions')
    op.create_index('ix_submissions_unit', 'submissions', ['project_id', 'unit_key', 'received_at'])
    op.create_index('ix_submissions_review', 'submissions', list(REVIEW))


def downgrade() -> None:
    op.drop_index('ix_units_progress', 'units')
    op.create_index('ix_units_progress', 'units', ['sample_id', 'region', 'psu', 'assigned_to_id', 'disposition'])
    op.drop_index('ix_submissions_review', 'submissions')
    op.drop_index('ix_submissions_unit', 'submissions')
    op.create_index('ix_submissions_unit', 'submissions', ['project_id', 'unit_key'])

// SPDX-License-Identifier: MIT
#include "app/panels/shape_panel.h"

#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/editing/edit_commands.h"
#include "app/panels/slider_row.h"

namespace hmr {

ShapePanel::ShapePanel(Session& session, QWidget* parent) : QWidget(parent), session_(session) {
    setObjectName("shapePanel");
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->setSpacing(4);
    for (int index = 0; index < kNumBetas; ++index) {
        auto* row = new SliderRow(QString("beta%1").arg(index), {}, {-5, 5, 20, 2, {}}, this);
        connect(row, &SliderRow::gestureStarted, this, [this] { session_.beginGesture(); });
        connect(row, &SliderRow::edited, this, [this, index](double value) {
            const int person = session_.selectedPerson();
            if (session_.person(person)) session_.undoStack().push(new SetBeta(session_, person, index, value));
        });
        connect(row, &SliderRow::resetWanted, this, [this, index] { reset(index); });
        layout->addWidget(row);
        rows_.push_back(row);
    }
    resetAll_ = new QPushButton(tr("Reset shape"), this);
    resetAll_->setObjectName("resetShapeButton");
    resetAll_->setToolTip(tr("Give the whole shape back to the network's answer"));
    connect(resetAll_, &QPushButton::clicked, this, [this] { reset(-1); });
    layout->addSpacing(4);
    layout->addWidget(resetAll_, 0, Qt::AlignRight);
    layout->addStretch();

    connect(&session_, &Session::bodyChanged, this, &ShapePanel::rename);
    connect(&session_, &Session::peopleChanged, this, &ShapePanel::refresh);
    connect(&session_, &Session::personEdited, this, &ShapePanel::refresh);
    connect(&session_, &Session::selectionChanged, this, &ShapePanel::refresh);
    rename();
    refresh();
}

void ShapePanel::rename() {
    const auto& body = session_.body();
    int widest = 0;
    for (int index = 0; index < kNumBetas; ++index) {
        const std::size_t i = static_cast<std::size_t>(index);
        const QString name = shapeLabel(body.get(), index);
        rows_[i]->setLabel(name, tr("%1: coefficient %2, in standard deviations of the population").arg(name).arg(index + 1));
        rows_[i]->setVisible(!body || index < body->numBetas());
        widest = std::max(widest, rows_[i]->widthOfLabel());
    }
    for (SliderRow* row : rows_) row->setLabelWidth(widest + 4);
}

void ShapePanel::refresh() {
    const int id = session_.selectedPerson();
    const PersonEstimate* person = session_.person(id);
    setEnabled(person != nullptr);
    const PersonEdit& edit = session_.edit(id);
    for (int index = 0; index < kNumBetas; ++index) {
        const bool isKnown = person && index < person->parameters.betas.size();
        rows_[static_cast<std::size_t>(index)]->show(isKnown ? person->parameters.betas[index] : 0, edit.betas.contains(index));
    }
    resetAll_->setEnabled(!edit.betas.empty());
}

void ShapePanel::reset(int index) {
    const int person = session_.selectedPerson();
    const PersonEdit& edit = session_.edit(person);
    if (index < 0 ? edit.betas.empty() : !edit.betas.contains(index)) return;
    session_.undoStack().push(new ResetShape(session_, person, index));
}

}  // namespace hmr

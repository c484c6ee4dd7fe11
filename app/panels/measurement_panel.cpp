// SPDX-License-Identifier: MIT
#include "app/panels/measurement_panel.h"

#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QToolButton>
#include <cmath>

#include "app/editing/edit_commands.h"
#include "app/editing/joint_angles.h"
#include "app/editing/pose_editing.h"
#include "app/panels/refresh_when_seen.h"
#include "body/error.h"

namespace hmr {
namespace {

QString labelOf(int measure) { return QString::fromStdString(jointLabel(kMeasureNames[static_cast<std::size_t>(measure)])); }

QString explanationOf(int measure) {
    static const std::array<const char*, kNumMeasures> texts = {
        QT_TRANSLATE_NOOP("MeasurementPanel", "From the lowest to the highest point of the T-posed body"),
        QT_TRANSLATE_NOOP("MeasurementPanel", "From finger tip to finger tip"),
        QT_TRANSLATE_NOOP("MeasurementPanel", "From the lowest point to the crotch"),
        QT_TRANSLATE_NOOP("MeasurementPanel", "Between the highest points above the shoulder joints"),
        QT_TRANSLATE_NOOP("MeasurementPanel", "Round the neck, halfway from its joint to the head's"),
        QT_TRANSLATE_NOOP("MeasurementPanel", "Level, 68 % of the way from the hip joints to the shoulder joints"),
        QT_TRANSLATE_NOOP("MeasurementPanel", "Level, 40 % of the way from the hip joints to the shoulder joints"),
        QT_TRANSLATE_NOOP("MeasurementPanel", "Level, halfway between the crotch and the hip joints"),
        QT_TRANSLATE_NOOP("MeasurementPanel", "Round the left thigh, a third of the way down"),
        QT_TRANSLATE_NOOP("MeasurementPanel", "Round the left upper arm, halfway"),
        QT_TRANSLATE_NOOP("MeasurementPanel", "Round the left forearm, just above the wrist")};
    return MeasurementPanel::tr(texts[static_cast<std::size_t>(measure)]);
}

}  // namespace

MeasurementPanel::MeasurementPanel(Session& session, QWidget* parent) : QWidget(parent), session_(session), volume_(new QLabel(this)) {
    setObjectName("measurementPanel");
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(8, 8, 8, 8);
    grid->setVerticalSpacing(4);
    for (int measure = 0; measure < kNumMeasures; ++measure) {
        const QString name = QString::fromLatin1(kMeasureNames[static_cast<std::size_t>(measure)].data());
        auto* spin = new QDoubleSpinBox(this);
        spin->setObjectName(name + "Spin");
        spin->setRange(1, 400);
        spin->setDecimals(1);
        spin->setSingleStep(0.5);
        spin->setSuffix(tr(" cm"));
        spin->setKeyboardTracking(false);
        spin->setToolTip(explanationOf(measure));
        auto* release = new QToolButton(this);
        release->setObjectName(name + "Release");
        release->setText("×");
        release->setAutoRaise(true);
        release->setToolTip(tr("Hold this measure no longer"));
        auto* label = new QLabel(labelOf(measure), this);
        label->setToolTip(explanationOf(measure));
        label->setBuddy(spin);
        grid->addWidget(label, measure, 0);
        grid->addWidget(spin, measure, 1);
        grid->addWidget(release, measure, 2);
        spins_[static_cast<std::size_t>(measure)] = spin;
        releases_[static_cast<std::size_t>(measure)] = release;
        connect(spin, &QDoubleSpinBox::valueChanged, this, [this, measure] { take(measure); });
        connect(release, &QToolButton::clicked, this, [this, measure] { this->release(measure); });
    }
    volume_->setObjectName("volumeLabel");
    volume_->setToolTip(tr("Mass is estimated at 985 kg a cubic metre"));
    grid->addWidget(volume_, kNumMeasures, 0, 1, 3);
    auto* draw = new QCheckBox(tr("Draw on the body"), this);
    draw->setObjectName("drawMeasures");
    grid->addWidget(draw, kNumMeasures + 1, 0, 1, 3);
    grid->setRowStretch(kNumMeasures + 2, 1);
    grid->setColumnStretch(0, 1);
    connect(draw, &QCheckBox::toggled, this, [this](bool isOn) {
        ViewSettings view = session_.view();
        view.measures = isOn;
        session_.setView(view);
    });
    connect(&session_, &Session::viewChanged, draw, [this, draw] { draw->setChecked(session_.view().measures); });
    auto* refreshing = new RefreshWhenSeen(*this, [this] { refresh(); });
    for (const auto signal : {&Session::peopleChanged, &Session::selectionChanged, &Session::bodyChanged})
        connect(&session_, signal, refreshing, &RefreshWhenSeen::ask);
    connect(&session_, &Session::personEdited, refreshing, &RefreshWhenSeen::ask);
}

void MeasurementPanel::refresh() {
    const int id = session_.selectedPerson();
    if (id != wantedOf_ || session_.edit(id).betas.empty()) wanted_.clear();
    wantedOf_ = id;
    std::shared_ptr<const BodyMeasurements> measured;
    try {
        measured = session_.measurements(id);
        volume_->setText(measured ? tr("Volume %1 l, mass about %2 kg").arg(1000 * measured->volume, 0, 'f', 1).arg(measured->mass, 0, 'f', 1) : QString());
    } catch (const Error& error) {
        volume_->setText(QString::fromStdString(error.what()));
    }
    setEnabled(measured != nullptr);
    // What undo or a slider changed is held no longer.
    std::erase_if(wanted_, [&](const auto& want) { return measured && std::abs((*measured)[want.first].metres - want.second) > 0.001; });
    for (int measure = 0; measure < kNumMeasures; ++measure) {
        QDoubleSpinBox* spin = spins_[static_cast<std::size_t>(measure)];
        const QSignalBlocker quiet(spin);
        if (measured) spin->setValue(100 * measured->measures[static_cast<std::size_t>(measure)].metres);
        const bool isHeld = wanted_.contains(static_cast<Measure>(measure));
        releases_[static_cast<std::size_t>(measure)]->setEnabled(isHeld);
        QFont font = spin->font();
        font.setBold(isHeld);
        spin->setFont(font);
    }
}

void MeasurementPanel::take(int measure) {
    const int id = session_.selectedPerson();
    const PersonEstimate* person = session_.person(id);
    if (!person) return;
    wanted_[static_cast<Measure>(measure)] = spins_[static_cast<std::size_t>(measure)]->value() / 100;
    const auto held = wanted_;
    try {
        const Eigen::VectorXd betas = betasForMeasures(*session_.body(), person->parameters.betas, wanted_);
        const QString text = tr("Set %1").arg(labelOf(measure).toLower());
        session_.beginGesture();
        session_.undoStack().push(new ChangePerson(session_, id, text, withBetas(session_, id, betas)));
        wanted_ = held;
        refresh();
    } catch (const Error& error) {
        Q_EMIT failed(QString::fromStdString(error.what()));
    }
}

void MeasurementPanel::release(int measure) {
    wanted_.erase(static_cast<Measure>(measure));
    refresh();
}

}  // namespace hmr

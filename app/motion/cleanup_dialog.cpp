// SPDX-License-Identifier: MIT
#include "app/motion/cleanup_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QTableWidget>

#include "app/motion/smoothing_strengths.h"

namespace hmr {
namespace {

QDoubleSpinBox* number(const QString& name, double low, double high, double step, double value, const QString& unit, QWidget* parent) {
    auto* box = new QDoubleSpinBox(parent);
    box->setObjectName(name);
    box->setRange(low, high);
    box->setSingleStep(step);
    box->setDecimals(2);
    box->setValue(value);
    box->setSuffix(unit);
    return box;
}

QCheckBox* choice(const QString& name, const QString& text, bool isOn, QWidget* parent) {
    auto* box = new QCheckBox(text, parent);
    box->setObjectName(name);
    box->setChecked(isOn);
    return box;
}

QWidget* inRow(std::initializer_list<QWidget*> widgets, QWidget* parent) {
    auto* row = new QWidget(parent);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    for (QWidget* widget : widgets) layout->addWidget(widget);
    layout->addStretch();
    return row;
}

}  // namespace

CleanupDialog::CleanupDialog(std::shared_ptr<const BodyModel> body, Take take, FrameRange range, std::vector<int> people, QWidget* parent)
    : QDialog(parent), body_(std::move(body)), take_(std::move(take)), range_(range), people_(std::move(people)) {
    setObjectName("cleanupDialog");
    setWindowTitle(tr("Clean up motion"));
    repair_ = choice("repairBox", tr("Repair joints that jump"), true, this);
    fill_ = choice("fillBox", tr("Fill gaps"), true, this);
    longestGap_ = number("longestGap", 0.05, 60, 0.25, 1, tr(" s at most"), this);
    shape_ = choice("shapeBox", tr("One shape a person"), true, this);
    shapeChoice_ = new QComboBox(this);
    shapeChoice_->setObjectName("shapeChoice");
    shapeChoice_->addItems({tr("Median"), tr("Least squares")});
    smooth_ = choice("smoothBox", tr("Smooth"), true, this);
    seconds_ = number("smoothSeconds", 0.01, 2, 0.02, 0.08, tr(" s"), this);
    rootStrength_ = number("rootStrength", 0, kMostSmoothingStrength, 0.25, 1, tr(" × way"), this);
    strengths_ = new SmoothingStrengths(this);
    strengths_->setFixedHeight(200);
    connect(smooth_, &QCheckBox::toggled, strengths_, &QWidget::setEnabled);
    feet_ = choice("feetBox", tr("Hold standing feet still on the floor"), true, this);

    figures_ = new QTableWidget(0, 4, this);
    figures_->setObjectName("figuresTable");
    figures_->setHorizontalHeaderLabels({tr("Person"), tr("Acceleration, m/s²"), tr("Foot slide, mm a frame"), tr("Bone length spread, mm")});
    figures_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    figures_->verticalHeader()->hide();
    figures_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    figures_->setSelectionMode(QAbstractItemView::NoSelection);
    progress_ = new QProgressBar(this);
    progress_->setObjectName("cleanupProgress");
    failure_ = new QLabel(this);
    failure_->setObjectName("cleanupMessage");
    failure_->setWordWrap(true);
    measure_ = new QPushButton(tr("Try and measure"), this);
    measure_->setObjectName("measureButton");
    apply_ = new QPushButton(tr("Apply"), this);
    apply_->setObjectName("applyButton");
    apply_->setDefault(true);
    cancel_ = new QPushButton(tr("Close"), this);
    cancel_->setObjectName("cancelButton");

    auto* form = new QFormLayout;
    form->addRow(repair_);
    form->addRow(fill_, inRow({longestGap_}, this));
    form->addRow(shape_, inRow({shapeChoice_}, this));
    form->addRow(smooth_, inRow({seconds_, rootStrength_}, this));
    form->addRow(QString(), strengths_);
    form->addRow(feet_);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(measure_);
    buttons->addStretch();
    buttons->addWidget(apply_);
    buttons->addWidget(cancel_);
    auto* layout = new QVBoxLayout(this);
    const QString frames = range_.end - range_.first >= take_.numFrames ? tr("all frames") : tr("frames %1 to %2").arg(range_.first + 1).arg(range_.end);
    const std::size_t numPeople = people_.empty() ? take_.tracks.size() : people_.size();
    layout->addWidget(new QLabel(numPeople == 1 ? tr("One person, %1").arg(frames) : tr("%1 people, %2").arg(numPeople).arg(frames), this));
    layout->addLayout(form);
    layout->addWidget(figures_, 1);
    layout->addWidget(failure_);
    layout->addWidget(progress_);
    layout->addLayout(buttons);
    progress_->setValue(0);
    resize(680, 620);

    connect(measure_, &QPushButton::clicked, this, [this] { run(false); });
    connect(apply_, &QPushButton::clicked, this, [this] { run(true); });
    connect(cancel_, &QPushButton::clicked, this, [this] { task_.isRunning() ? task_.cancel() : reject(); });
    connect(&task_, &BackgroundTask::progressed, progress_, &QProgressBar::setValue);
    connect(&task_, &BackgroundTask::finished, this, &CleanupDialog::showResult);
    const auto stopped = [this](const QString& message) {
        failure_->setText(message);
        progress_->setValue(0);
        cancel_->setText(tr("Close"));
        measure_->setEnabled(true);
        apply_->setEnabled(true);
    };
    connect(&task_, &BackgroundTask::failed, this, stopped);
    connect(&task_, &BackgroundTask::cancelled, this, [stopped] { stopped(tr("Stopped; the take is as it was.")); });
}

CleanupSettings CleanupDialog::settings() const {
    CleanupSettings settings;
    settings.range = range_;
    settings.people = people_;
    settings.repairsOutliers = repair_->isChecked();
    settings.fillsGaps = fill_->isChecked();
    settings.longestGap = longestGap_->value();
    settings.shape.reset();
    if (shape_->isChecked()) settings.shape = shapeChoice_->currentIndex() == 0 ? ShapeChoice::Median : ShapeChoice::LeastSquares;
    settings.smooths = smooth_->isChecked();
    settings.smoothing.seconds = seconds_->value();
    settings.smoothing.rootStrength = rootStrength_->value();
    settings.smoothing.jointStrength = strengths_->jointStrength();
    settings.locksFeet = feet_->isChecked();
    return settings;
}

void CleanupDialog::run(bool applies) {
    applies_ = applies;
    failure_->clear();
    measure_->setEnabled(false);
    apply_->setEnabled(false);
    cancel_->setText(tr("Stop"));
    auto result = std::make_shared<CleanupResult>();
    result_ = result;
    task_.start([body = body_, take = take_, settings = settings(), result](const auto& onProgress) { *result = cleaned(*body, take, settings, onProgress); });
}

void CleanupDialog::showResult() {
    progress_->setValue(100);
    cancel_->setText(tr("Close"));
    measure_->setEnabled(true);
    apply_->setEnabled(true);
    figures_->setRowCount(static_cast<int>(result_->people.size()));
    int row = 0;
    for (const auto& [id, person] : result_->people) {
        const auto cell = [&](int column, double before, double after) {
            figures_->setItem(row, column, new QTableWidgetItem(QString("%1 → %2").arg(before, 0, 'f', 2).arg(after, 0, 'f', 2)));
        };
        const Track* track = result_->take.find(id);
        figures_->setItem(row, 0, new QTableWidgetItem(tr("%1 (%2 filled, %3 repaired)").arg(QString::fromStdString(track->name)).arg(person.numFilled).arg(person.numRepaired)));
        cell(1, person.before.acceleration, person.after.acceleration);
        if (person.after.numContacts > 0) cell(2, person.before.footSlide, person.after.footSlide);
        else figures_->setItem(row, 2, new QTableWidgetItem(tr("no standing foot found")));
        cell(3, person.before.boneLengthSpread, person.after.boneLengthSpread);
        ++row;
    }
    if (!applies_) return;
    Q_EMIT applied(result_->take);
    accept();
}

}  // namespace hmr
